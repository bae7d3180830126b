"""A kiosk waits, a resident answers elsewhere, and the kiosk has what they agreed to, once
(RFC 8628)."""

import asyncio

import pytest

from gateway.oidc.devices.device_authorization import LIFETIME
from gateway.oidc.records import grants
from gateway.residents.model import ResidentState
from tests.oidc.devices.parts import KIOSK, AtHome, Kiosk, error_of
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import break_log, count, log_text, logged
from tests.support.relying_party import RelyingParty, payload
from tests.support.states import become

pytestmark = pytest.mark.anyio


async def test_a_kiosk_is_told_what_to_show_and_how_to_wait(kiosk: Kiosk) -> None:
    answer = (await kiosk.ask()).json()
    assert answer["verification_uri"] == f"{ISSUER}/device"
    assert answer["verification_uri_complete"] == f"{ISSUER}/device?user_code={kiosk.user_code}"
    assert (answer["expires_in"], answer["interval"]) == (600, 5)
    assert len(answer["device_code"]) == 43


async def test_no_token_before_the_resident_has_agreed(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")
    path = await hanako.find(kiosk.user_code)
    await hanako.browser.get(path)
    gateway.clock.forward(seconds=5)
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")
    assert await count(gateway, grants) == 0


async def test_the_kiosk_is_signed_in_as_whoever_agreed(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    tokens = (await kiosk.poll()).json()
    identity = payload(tokens["id_token"])
    sub = gateway.provider.subjects.sub(
        hanako.resident.resident_id, kiosk.rp.client.sector_identifier
    )
    assert (identity["sub"], identity["aud"]) == (sub, "kiosk")
    assert identity["auth_time"] == int(gateway.clock().timestamp())
    assert "refresh_token" not in tokens
    told = await kiosk.rp.call("GET", "/userinfo", tokens["access_token"])
    assert told.json()["sub"] == sub


async def test_what_needs_consent_is_asked_on_the_consent_page(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    await kiosk.ask(scope="openid profile offline_access")
    path = await hanako.find(kiosk.user_code)
    asked = await hanako.decide(path)
    assert asked.headers["location"].startswith("/consent?task=")
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")
    done = await hanako.consent(asked.headers["location"])
    assert done.headers["location"] == "/device/agreed"
    tokens = (await kiosk.poll()).json()
    assert tokens["scope"] == "openid profile offline_access"
    again = await kiosk.rp.refresh(tokens["refresh_token"])
    assert again.status_code == 200
    # The next kiosk needs no consent page.
    await kiosk.ask(scope="openid profile")
    await hanako.agree_at(kiosk)


async def test_whoever_does_not_consent_has_declined(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask(scope="openid profile")
    asked = await hanako.decide(await hanako.find(kiosk.user_code))
    done = await hanako.consent(asked.headers["location"], "decline")
    assert done.headers["location"] == "/device/declined"
    assert error_of(await kiosk.poll()) == (400, "access_denied")


async def test_coming_back_decides_nothing_for_who_was_not_sent(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    """An address somebody else made up neither agrees nor declines."""
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    for query in ("", "?declined=1", "?agreed=1"):
        assert (await hanako.browser.get(f"{path}{query}")).status_code == 200
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")


async def test_a_kiosk_without_a_secret_may_ask(gateway: Gateway, hanako: AtHome) -> None:
    public = {**KIOSK, "token_endpoint_auth_method": "none"}
    kiosk = Kiosk(RelyingParty(gateway, await gateway.service("public", **public)))
    assert (await kiosk.ask()).status_code == 200
    await hanako.agree_at(kiosk)
    assert "access_token" in (await kiosk.poll()).json()


async def test_declining_is_told_however_often_it_is_asked(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask()
    done = await hanako.decide(await hanako.find(kiosk.user_code), "decline")
    assert done.headers["location"] == "/device/declined"
    for _ in range(3):
        assert error_of(await kiosk.poll()) == (400, "access_denied")


async def test_a_code_that_nobody_answers_expires(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    gateway.clock.forward(seconds=LIFETIME.total_seconds())
    for _ in range(2):
        assert error_of(await kiosk.poll()) == (400, "expired_token")
    assert (await hanako.decide(path)).status_code == 400
    assert (await hanako.type(kiosk.user_code)).status_code == 422
    assert len(await logged(gateway, "question.expired")) == 1
    gateway.clock.forward(hours=1)
    assert error_of(await kiosk.poll()) == (400, "invalid_grant")


async def test_an_answer_of_the_last_second_is_still_fetched(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    gateway.clock.forward(seconds=LIFETIME.total_seconds() - 1)
    await hanako.decide(path)
    gateway.clock.forward(seconds=5)
    assert (await kiosk.poll()).status_code == 200


async def test_who_does_not_wait_waits_longer_each_time(kiosk: Kiosk, gateway: Gateway) -> None:
    await kiosk.ask()
    assert error_of(await kiosk.poll())[1] == "authorization_pending"
    waits = ((1, "slow_down"), (6, "slow_down"), (10, "slow_down"), (20, "authorization_pending"))
    for seconds, error in (*waits, (10, "slow_down"), (25, "authorization_pending")):
        gateway.clock.forward(seconds=seconds)
        assert error_of(await kiosk.poll()) == (400, error), seconds


async def test_who_waits_as_told_is_never_told_to_slow_down(kiosk: Kiosk, gateway: Gateway) -> None:
    await kiosk.ask()
    for _ in range(20):
        assert error_of(await kiosk.poll()) == (400, "authorization_pending")
        gateway.clock.forward(seconds=kiosk.answer["interval"])


async def test_a_device_code_buys_once_and_a_replay_ends_what_it_bought(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    tokens = (await kiosk.poll()).json()
    assert error_of(await kiosk.poll()) == (400, "invalid_grant")
    told = await kiosk.rp.call("GET", "/userinfo", tokens["access_token"])
    assert told.status_code == 401
    (found,) = await logged(gateway, "grant.reuse_detected")
    assert found.detail == {"reused": "device_code"}


async def test_of_twenty_redemptions_at_once_one_wins(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    answers = await asyncio.gather(*(kiosk.poll() for _ in range(20)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) <= 1
    assert {error_of(answer) for answer in answers if answer not in won} == {(400, "invalid_grant")}
    assert await count(gateway, grants) == 1


async def test_of_many_who_answer_at_once_one_does(
    kiosk: Kiosk, hanako: AtHome, taro: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    answers = await asyncio.gather(
        *(who.decide(path, what) for who in (hanako, taro) for what in ("agree", "decline") * 5)
    )
    assert sorted(answer.status_code for answer in answers) == [303, *[400] * 19]
    assert len(await logged(gateway, "question.agreed", "question.declined")) == 1


async def test_polling_while_it_is_answered_finds_one_of_two_truths(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    _, polled = await asyncio.gather(hanako.decide(path), kiosk.poll())
    if polled.status_code != 200:
        assert error_of(polled) == (400, "authorization_pending")
        assert (await kiosk.poll()).status_code == 200


async def test_what_was_agreed_to_cannot_be_declined_and_the_other_way_round(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    for first, then in (("agree", "decline"), ("decline", "agree")):
        await kiosk.ask()
        path = await hanako.find(kiosk.user_code)
        assert (await hanako.decide(path, first)).status_code == 303
        assert (await hanako.decide(path, then)).status_code == 400
        assert ((await kiosk.poll()).status_code == 200) == (first == "agree")


async def test_another_client_gets_nothing_and_uses_nothing_up(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    other = Kiosk(RelyingParty(gateway, await gateway.service("other", **KIOSK)))
    await kiosk.ask()
    other.answer = kiosk.answer
    await hanako.agree_at(kiosk)
    assert error_of(await other.poll()) == (400, "invalid_grant")
    assert (await kiosk.poll()).status_code == 200


async def test_the_grant_belongs_to_the_sign_in_it_was_given_in(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    await kiosk.poll()
    async with gateway.provider.records.reading() as connection:
        row = (await connection.execute(grants.select())).one()
    assert row.session_id is not None
    assert row.nonce is None


async def test_a_resident_who_is_shut_out_meanwhile_gets_in_nowhere(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.agree_at(kiosk)
    await become(gateway, hanako.resident.resident_id, ResidentState.SUSPENDED)
    assert error_of(await kiosk.poll()) == (400, "invalid_grant")
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    answer = await hanako.decide(path)
    assert answer.headers["location"].startswith("/login?task=")
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")


async def test_agreeing_is_in_the_log_and_no_code_is(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    await hanako.type("BCDF-GHJK")
    await hanako.agree_at(kiosk)
    await kiosk.poll()
    (agreed,) = await logged(gateway, "question.agreed")
    assert agreed.resident == gateway.provider.audit.pseudonym(hanako.resident.resident_id)
    assert agreed.detail == {"way": "device", "scopes": "openid"}
    assert [entry.client_id for entry in await logged(gateway, "service.signed_in")] == ["kiosk"]
    text = await log_text(gateway)
    for secret in (kiosk.user_code, kiosk.answer["device_code"], "BCDF-GHJK"):
        assert secret not in text


async def test_without_the_log_nothing_is_agreed_to(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    await break_log(gateway)
    assert (await hanako.decide(path)).status_code == 500
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")
