"""An operator's ways in, with an authenticator plugged into the browser: a passkey; a password."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest

from gateway.clock import system_clock
from gateway.commands.operator_commands import invite_from_host
from gateway.demo.world import World
from gateway.settings_file import load_settings
from tests.browser.conftest import AtDesk

pytestmark = pytest.mark.browser

PASSWORD = "machi-no-mado-2026"


@pytest.fixture(scope="module")
def links(world: World) -> dict[str, str]:
    """As `genkan admin invite` tells them; made before a browser has this thread's event loop."""
    settings, now = load_settings(world.settings_file, {}), system_clock()

    async def invited(login_name: str) -> str:
        return (await invite_from_host(settings, login_name, "花井　町子", now)).link

    return {name: asyncio.run(invited(name)) for name in ("by-passkey", "by-password")}


def test_a_passkey_enrols_signs_in_and_proves_it_again(
    links: dict[str, str], at_desk: AtDesk
) -> None:
    operator = at_desk()
    page, world = operator.page, operator.world
    operator.enrol_with_passkey(links["by-passkey"])
    operator.acknowledge_notice()
    operator.wait_for("/admin/overview")
    operator.sign_out()
    page.goto(f"{world.issuer}/admin/account")
    operator.wait_for("/admin/sign-in")
    page.locator("form[data-passkey=get]").get_by_role("button").click()
    operator.wait_for("/admin/account")

    page.goto(f"{world.issuer}/admin/again?to=/admin/account/new-token")
    page.locator("form[data-passkey=get]").get_by_role("button").click()
    operator.wait_for("/admin/account/new-token")
    operator.send("/admin/account/tokens", name="毎朝の集計", days="7")
    assert operator.secret().startswith("gkn_")

    page.goto(f"{world.issuer}/admin/account/new-passkey")
    page.locator("form[data-passkey=create] [name=name]").fill("同じ鍵をもう一度")
    page.locator("form[data-passkey=create]").get_by_role("button").click()
    page.locator("[data-passkey-problem]").wait_for()  # the authenticator knows the one it has
    page.goto(links["by-passkey"])
    assert page.locator("form[data-passkey]").count() == 0


def test_whoever_has_no_passkey_here_is_told_and_stays_out(at_desk: AtDesk) -> None:
    operator = at_desk()
    page, world = operator.page, operator.world
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    stranger = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": stranger})
    page.goto(f"{world.issuer}/admin/sign-in")
    page.locator("form[data-passkey=get]").get_by_role("button").click()
    page.locator("[data-passkey-problem]").wait_for()
    page.goto(f"{world.issuer}/admin/account")
    operator.wait_for("/admin/sign-in")


def test_a_password_and_the_apps_codes_do_the_same(links: dict[str, str], at_desk: AtDesk) -> None:
    operator = at_desk()
    page, world = operator.page, operator.world
    page.goto(links["by-password"])
    picture = page.locator("img.qr")
    assert picture.evaluate("image => image.naturalWidth > 0")
    totp = pyotp.TOTP("".join(operator.secret().split()))
    codes = codes_of(totp)
    form = {"password": PASSWORD, "password_again": PASSWORD}
    operator.send("/password", **form, code="000000")
    assert page.locator("#code[aria-invalid=true]").count() == 1
    operator.send("/password", **form, code=next(codes))
    operator.wait_for("/admin/notice")
    operator.acknowledge_notice()
    operator.wait_for("/admin/overview")
    operator.sign_out()
    operator.send("/admin/sign-in", login_name="by-password", password=PASSWORD)
    operator.wait_for("/admin/sign-in/code")
    operator.send("/admin/sign-in/code", code=next(codes))
    operator.wait_for("/admin/overview")
    page.goto(f"{world.issuer}/admin/again?to=/admin/account/password")
    operator.send("/admin/again", password=PASSWORD, code=next(codes))
    operator.wait_for("/admin/account/password")


def codes_of(totp: pyotp.TOTP) -> Iterator[str]:
    """Three that count one after the other without waiting: of the step before this one, of this
    one, and of a clock that is ahead (RFC 6238 §5.2). None when a step is about to end."""
    for ahead in (-30, 0, 30):
        time.sleep(2 if system_clock().timestamp() % 30 > 28 else 0)
        yield totp.at(system_clock() + timedelta(seconds=ahead))
