"""In a real browser: registration with the card, and both of the town's services."""

import pytest

from tests.browser.conftest import AtScreen

pytestmark = pytest.mark.browser


def test_a_resident_registers_once_and_is_known_to_both_services(at_screen: AtScreen) -> None:
    hanako = at_screen("hanako")
    page, world = hanako.page, hanako.world
    hanako.enter(world.health)
    assert page.locator("h1").inner_text() == "サインイン"
    hanako.choose("registration")
    assert page.url.startswith(world.reader)
    assert page.locator("dd code").inner_text() == world.issuer
    hanako.type_pin()
    assert hanako.wait_for("/consent", "/") == "/consent"
    assert "健康アプリ" in page.locator("main").inner_text()
    hanako.agree_if_asked()
    assert page.url == f"{world.health}/"
    assert hanako.claim("name") == hanako.card.person.name
    assert hanako.claim("address") == hanako.card.person.address
    sub_at_health = hanako.claim("sub")

    hanako.enter(world.points)  # straight to the question: no card, no PIN
    assert hanako.wait_for("/consent", "/login") == "/consent"
    hanako.agree_if_asked()
    assert page.url == f"{world.points}/"
    assert hanako.claim("name") == hanako.card.person.name
    assert hanako.claim("sub") != sub_at_health

    page.fill("#local_id", "P-7")
    page.locator("form[action='/link'] button").click()
    assert hanako.claim("local_id") == "P-7"
    with page.expect_navigation():
        page.locator("form[action='/signout'] button").click()
    assert page.url == f"{world.points}/"
    assert page.locator("[data-claim]").count() == 0
    hanako.enter(world.points)
    assert hanako.wait_for("/login", "/") == "/login"
    secrets = (hanako.card.authentication_pin, hanako.card.signature_password)
    assert not [sent for sent in hanako.sent_to_gateway if f"pin={secrets[0]}" in sent]
    assert not [sent for sent in hanako.sent_to_gateway if secrets[1] in sent]


def test_the_front_door_remembers_what_was_agreed(at_screen: AtScreen) -> None:
    for visit in range(2):
        saburo = at_screen("saburo")
        saburo.enter(saburo.world.health)
        saburo.choose("sign_in" if visit else "registration")
        saburo.type_pin()
        asked = saburo.wait_for("/consent", "/") == "/consent"
        assert asked is (visit == 0)
        saburo.agree_if_asked()
        assert saburo.claim("name_substituted") == "はい"


def test_it_works_without_scripts(at_screen: AtScreen) -> None:
    saburo = at_screen("saburo", java_script_enabled=False)
    saburo.enter(saburo.world.points)
    saburo.choose("registration")
    saburo.type_pin()
    saburo.press_on()
    saburo.agree_if_asked()
    assert saburo.claim("name") == saburo.card.person.name


def test_it_works_by_keyboard_alone(at_screen: AtScreen) -> None:
    saburo = at_screen("saburo")
    page, world = saburo.page, saburo.world
    page.goto(f"{world.health}/")
    for target in (
        "a[href='/signin']",
        "form:has(input[value=registration]) button",
        "a[href*='/cards/saburo']",
    ):
        saburo.tab_to(target)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    saburo.tab_to("#signature_pin")
    page.keyboard.type(saburo.card.signature_password)
    saburo.tab_to("#authentication_pin")
    page.keyboard.type(saburo.card.authentication_pin)
    page.keyboard.press("Enter")
    saburo.agree_if_asked()
    assert saburo.claim("name") == saburo.card.person.name


def test_a_wrong_pin_is_said_where_it_was_typed(at_screen: AtScreen) -> None:
    saburo = at_screen("saburo")
    saburo.enter(saburo.world.health)
    saburo.choose("sign_in")
    saburo.type_pin("0000")
    problem = saburo.page.locator("#authentication_problem")
    assert "あと2回" in problem.inner_text()
    pin = saburo.page.locator("#authentication_pin")
    assert "authentication_problem" in (pin.get_attribute("aria-describedby") or "")
    assert pin.input_value() == ""
    assert saburo.page.title().startswith("エラー")
    saburo.type_pin()
    saburo.agree_if_asked()


def test_who_has_moved_is_told_so_and_what_to_do(at_screen: AtScreen) -> None:
    midori = at_screen("midori")
    midori.enter(midori.world.health)
    midori.choose("registration")
    midori.type_pin()
    alert = midori.page.get_by_role("alert")
    assert "引っ越し" in alert.inner_text()
    assert midori.page.get_by_role("link", name="花咲町 健康アプリ").count() == 1
    midori.page.goto(f"{midori.world.health}/")
    assert midori.page.locator("[data-claim]").count() == 0


def test_pressing_back_does_no_harm(at_screen: AtScreen) -> None:
    saburo = at_screen("saburo")
    saburo.enter(saburo.world.health)
    saburo.choose("registration")
    saburo.type_pin()
    saburo.agree_if_asked()
    for _ in range(2):
        saburo.page.go_back()
        assert saburo.page.get_by_role("heading", level=1).count() == 1
    saburo.page.goto(f"{saburo.world.health}/")
    assert saburo.claim("name") == saburo.card.person.name
