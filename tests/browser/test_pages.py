"""Every page on the way: in both languages, at every width, and with a name for all it offers."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import AtScreen
from tests.browser.resident import ResidentAtScreen

pytestmark = pytest.mark.browser

# What takes part in a form or leads elsewhere, and has no words a screen reader could say.
NAMELESS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
  .filter(e => !(e.innerText?.trim() || e.getAttribute('aria-label') || e.labels?.length))
  .map(e => e.outerHTML)"""
# The small ones that are not inside a sentence (WCAG 2.2, 2.5.8 asks for 24 by 24 pixels).
SMALL = """() => [...document.querySelectorAll('button, a.button, input:not([type=hidden])')]
  .filter(e => e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24)
  .map(e => e.outerHTML)"""


def every_page(resident: ResidentAtScreen) -> Iterator[str]:
    """Yields on each page of a registration, then of a refusal, with the page's name."""
    page, world = resident.page, resident.world
    page.goto(f"{world.health}/")
    yield "service"
    page.locator("a[href='/signin']").click()
    yield "sign-in"
    page.locator("form:has(input[value=registration]) button").click()
    yield "card"
    page.locator(f"a[href*='/cards/{resident.card.card_id}']").click()
    yield "PIN"
    resident.type_pin("0")
    yield "malformed PIN"
    resident.type_pin()
    if resident.wait_for("/consent", "/") == "/consent":
        yield "consent"
    resident.agree_if_asked()
    yield "signed in"
    page.goto(f"{world.issuer}/authorize?client_id=nobody")
    yield "error"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_page_fits_and_can_be_used(at_screen: AtScreen, width: int, language: str) -> None:
    resident = at_screen("hanako", width=width, locale=language)
    seen = []
    for name in every_page(resident):
        page = resident.page
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(NAMELESS) == [], name
        assert page.evaluate(SMALL) == [], name
        assert page.locator("html").get_attribute("lang") == language, name
        assert page.get_by_role("heading", level=1).count() == 1, name
        assert page.get_by_role("main").count() == 1, name
        seen.append(name)
    assert {"service", "sign-in", "card", "PIN", "signed in", "error"} <= set(seen)


def test_the_language_switch_keeps_the_resident_where_they_are(at_screen: AtScreen) -> None:
    resident = at_screen("hanako")
    resident.enter(resident.world.health)
    page = resident.page
    page.get_by_role("button", name="Switch to English").click()
    assert page.locator("h1").inner_text() == "Sign in"
    resident.choose("registration")
    assert page.locator("h1").inner_text() == "Confirm with your card"
    page.get_by_role("button", name="日本語に切り替える").click()
    assert page.locator("h1").inner_text() == "暗証番号を入力してください"
    resident.type_pin()
    resident.agree_if_asked()
    assert resident.claim("name") == resident.card.person.name


def test_the_skip_link_comes_first_and_leads_to_the_content(at_screen: AtScreen) -> None:
    resident = at_screen("hanako")
    resident.enter(resident.world.health)
    resident.wait_for("/login")
    resident.page.keyboard.press("Tab")
    resident.page.keyboard.press("Enter")
    resident.page.locator("#main:focus").wait_for()


def test_the_page_can_be_read_at_twice_the_size(at_screen: AtScreen) -> None:
    """WCAG 2.2, 1.4.4: text at 200 %."""
    resident = at_screen("hanako", width=640)
    resident.enter(resident.world.health)
    resident.wait_for("/login")
    resident.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert resident.page.evaluate("document.documentElement.scrollWidth") <= 640
