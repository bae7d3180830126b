"""The developers' pages at a screen: copied by a press, readable on a phone, walked with a card."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AtScreen
from tests.browser.resident import ResidentAtScreen
from tests.browser.test_pages import NAMELESS, SMALL

pytestmark = pytest.mark.browser

WALK = "/developers/try/walk"


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def check_page(page: Page, width: int) -> None:
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL) == []
    assert page.get_by_role("heading", level=1).count() == 1


def walk_to_tokens(resident: ResidentAtScreen, purpose: str) -> None:
    page = resident.page
    page.goto(f"{resident.world.issuer}/developers/try")
    page.check("[name='scope.offline_access']")
    page.click("form[action='/developers/try/request'] button")
    page.click("form[action='/developers/try/send'] button")
    resident.choose(purpose)
    resident.type_pin()
    if resident.wait_for("/consent", WALK) == "/consent":
        page.locator("button[value=agree]").click()
        resident.wait_for(WALK)
    page.click("form:has(input[value=token]) button")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_guide_fits_and_its_code_scrolls_by_itself(
    at_screen: AtScreen, width: int, language: str
) -> None:
    resident = at_screen(width=width, locale=language)
    resident.page.goto(f"{resident.world.issuer}/developers")
    check_page(resident.page, width)
    block = resident.page.locator("pre").nth(1)
    if width == 320:
        assert block.evaluate("e => e.scrollWidth > e.clientWidth")
    block.focus()
    assert block.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_a_press_copies_the_text_and_says_so(at_screen: AtScreen) -> None:
    resident = at_screen(locale="en", permissions=["clipboard-read", "clipboard-write"])
    page = resident.page
    page.goto(f"{resident.world.issuer}/developers")
    page.get_by_role("button", name="Copy: Issuer").press("Enter")
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == resident.world.issuer


def test_without_scripts_the_text_is_there_and_no_button(at_screen: AtScreen) -> None:
    resident = at_screen(java_script_enabled=False)
    resident.page.goto(f"{resident.world.issuer}/developers")
    assert resident.page.locator("pre").first.inner_text().strip() == resident.world.issuer
    assert resident.page.locator(".copy").count() == 0


@pytest.mark.parametrize(("width", "purpose"), [(320, "registration"), (1280, "sign_in")])
def test_a_sign_in_is_walked_with_the_virtual_card(
    at_screen: AtScreen, width: int, purpose: str
) -> None:
    resident = at_screen("saburo", width=width, locale="en")
    walk_to_tokens(resident, purpose)
    page = resident.page
    check_page(page, width)
    assert page.get_by_text("Holds:").count() == 5
    page.click("form:has(input[value=userinfo]) button")
    page.locator("#last", has_text=resident.card.person.name).wait_for()
    page.click("form[action='/developers/try/end'] button")
    page.wait_for_url(re.compile("/developers/try$"))
