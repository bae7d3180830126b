"""Whoever has moved, in a real browser: asked for the new certificate, and let on without it."""

import pytest

from tests.browser.conftest import AtScreen
from tests.browser.resident import ResidentAtScreen
from tests.browser.test_pages import NAMELESS, SMALL

pytestmark = pytest.mark.browser
READ = "form[action$='/sign'] button"
GO_ON = "form[action='/login/reproof'] button"


def sign_in(midori: ResidentAtScreen) -> None:
    """With the PIN, after the former signature certificate was refused: the gateway has learned by
    then that it is revoked."""
    midori.enter(midori.world.health)
    midori.choose("registration")
    midori.type_pin()
    midori.page.locator("[data-failure=moved]").wait_for()
    midori.page.locator("a[href^='/login?']").click()
    midori.choose("sign_in")
    midori.type_pin()
    assert midori.wait_for("/login/reproof", "/") == "/login/reproof"


def check_page(midori: ResidentAtScreen, width: int) -> None:
    page = midori.page
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL) == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_fit_and_lead_on(at_screen: AtScreen, width: int, language: str) -> None:
    midori = at_screen("midori", width=width, locale=language)
    sign_in(midori)
    check_page(midori, width)
    assert midori.page.locator("html").get_attribute("lang") == language
    midori.page.locator(READ).click()
    midori.page.locator("a[href*='/cards/midori']").click()
    midori.type_pin()
    # Her card holds the former certificate still.
    midori.page.locator("[data-failure=moved]").wait_for()
    check_page(midori, width)
    midori.page.locator("a[href^='/login/reproof']").click()
    midori.page.locator("[data-reproof]").wait_for()
    midori.page.locator(GO_ON).click()
    midori.agree_if_asked()
    assert midori.page.url == f"{midori.world.health}/"
    assert midori.claim("birthdate") == midori.card.person.birth_date.isoformat()
    assert midori.page.locator("[data-claim=name], [data-claim=address]").count() == 0


def test_by_keyboard_alone_the_new_certificate_comes_first(at_screen: AtScreen) -> None:
    midori = at_screen("midori", width=320)
    sign_in(midori)
    midori.tab_to(READ)
    midori.tab_to(GO_ON)
    midori.page.keyboard.press("Enter")
    midori.agree_if_asked()
    assert midori.page.locator("[data-claim=sub]").count() == 1


def test_it_works_without_scripts(at_screen: AtScreen) -> None:
    sign_in(at_screen("midori"))
    midori = at_screen("midori", java_script_enabled=False)
    midori.enter(midori.world.health)
    midori.choose("sign_in")
    midori.type_pin()
    midori.press_on()
    assert midori.wait_for("/login/reproof", "/") == "/login/reproof"
    midori.page.locator(GO_ON).click()
    midori.agree_if_asked()
    assert midori.page.url == f"{midori.world.health}/"


def test_the_language_switch_keeps_her_on_the_page(at_screen: AtScreen) -> None:
    midori = at_screen("midori")
    sign_in(midori)
    midori.page.get_by_role("button", name="Switch to English").click()
    assert midori.page.locator("h1").inner_text() == "Your name or address has changed"
    midori.page.locator(GO_ON).click()
    midori.agree_if_asked()
