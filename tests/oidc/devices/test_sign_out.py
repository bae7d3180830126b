"""What a kiosk and a counter got belongs to the sign-in it was given in, and ends with it."""

import pytest

from tests.oidc.devices.parts import OWN_FORM, AtHome, Counter, Kiosk, error_of
from tests.oidc.devices.waiting_list import only_question
from tests.support.relying_party import payload

pytestmark = pytest.mark.anyio


async def sign_out(at_home: AtHome) -> None:
    done = await at_home.post("/logout", OWN_FORM, confirmed="yes")
    assert done.status_code == 200


async def test_a_kiosk_is_signed_out_with_the_resident(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    tokens = (await kiosk.poll()).json()
    assert payload(tokens["id_token"])["sid"]
    await sign_out(hanako)
    assert (await kiosk.rp.call("GET", "/userinfo", tokens["access_token"])).status_code == 401


async def test_who_signs_out_before_it_is_fetched_has_agreed_to_nothing(
    kiosk: Kiosk, counter: Counter, hanako: AtHome
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    await counter.ask()
    await hanako.decide(await only_question(hanako))
    await sign_out(hanako)
    assert error_of(await kiosk.poll()) == (400, "invalid_grant")
    assert error_of(await counter.poll()) == (400, "invalid_grant")


async def test_what_is_for_the_time_without_a_session_outlives_it(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    await kiosk.ask(scope="openid offline_access")
    asked = await hanako.decide(await hanako.find(kiosk.user_code))
    await hanako.consent(asked.headers["location"])
    tokens = (await kiosk.poll()).json()
    await sign_out(hanako)
    assert (await kiosk.rp.refresh(tokens["refresh_token"])).status_code == 200
