"""Back-channel logout: who is told of the end of a sign-in, what they are told, and what ends."""

import anyio
import httpx2
import jwt
import pytest

from gateway.oidc.logout.logout_token import EVENT
from gateway.residents.model import Resident
from tests.oidc.logout.conftest import ONLINE
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import log_text
from tests.support.logout_receiver import (
    LogoutReceiver,
    listen,
    nobody_waits,
    told_at,
    verified,
    waiting,
)
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio


async def sign_out(browser: httpx2.AsyncClient) -> httpx2.Response:
    return await browser.post("/logout", data={"confirmed": "yes"})


async def test_each_service_of_the_sign_in_is_told_in_its_own_words(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    at_health: LogoutReceiver,
    at_points: LogoutReceiver,
    browser: httpx2.AsyncClient,
) -> None:
    for service, receiver in ((health, at_health), (points, at_points)):
        hint = payload((await service.tokens(browser))["id_token"])
        receiver.forms.append(hint)
    assert (await sign_out(browser)).status_code == 200
    for service, receiver in ((health, at_health), (points, at_points)):
        (token,) = await receiver.got()
        claims = await verified(gateway, token)
        hint = receiver.forms[0]
        assert (claims["iss"], claims["aud"]) == (ISSUER, service.client.client_id)
        assert (claims["sub"], claims["sid"]) == (hint["sub"], hint["sid"])
        assert claims["events"] == {EVENT: {}}
        assert 0 < claims["exp"] - claims["iat"] <= 120
        assert len(claims["jti"]) >= 16
        assert "nonce" not in claims
        assert jwt.get_unverified_header(token)["typ"] == "logout+jwt"
        assert receiver.forms[1]["path"] == "/sign-out"
        assert receiver.forms[1].keys() == {"path", "method", "logout_token"}
    assert payload(at_health.tokens[0])["sub"] != payload(at_points.tokens[0])["sub"]
    await nobody_waits(gateway)


async def test_it_is_signed_as_the_services_id_tokens_are(
    gateway: Gateway, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    client = await gateway.service(
        "health", id_token_signed_response_alg="RS256", **told_at("health")
    )
    await gateway.consent(client, resident)
    (receiver,) = listen(gateway, "health")
    await RelyingParty(gateway, client).tokens(browser)
    await sign_out(browser)
    (token,) = await receiver.got()
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    await verified(gateway, token)


async def test_a_logout_token_is_no_id_token_hint_and_no_access_token(
    gateway: Gateway, health: RelyingParty, at_health: LogoutReceiver, browser: httpx2.AsyncClient
) -> None:
    await health.tokens(browser)
    await sign_out(browser)
    (token,) = await at_health.got()
    assert (await browser.get("/logout", params={"id_token_hint": token})).status_code == 400
    assert (await health.call("GET", "/userinfo", token)).status_code == 401


async def test_who_got_nothing_in_this_sign_in_is_not_told(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    at_health: LogoutReceiver,
    at_points: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    await health.tokens(browser)
    async with gateway.browser() as other:
        await gateway.sign_in(other, resident)
        await points.tokens(other)
        await sign_out(browser)
        await at_health.got()
        await nobody_waits(gateway)
        assert at_points.tokens == []
        assert "code" in redirected(await points.authorize(other, prompt="none"))


async def test_a_service_that_does_not_want_to_be_told_is_not(
    gateway: Gateway, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    client = await gateway.service("quiet")
    await gateway.consent(client, resident)
    await RelyingParty(gateway, client).tokens(browser)
    (receiver,) = listen(gateway, "quiet")
    await sign_out(browser)
    assert await waiting(gateway) == 0
    assert receiver.tokens == []


async def test_it_ends_and_is_told_once(
    gateway: Gateway, health: RelyingParty, at_health: LogoutReceiver, browser: httpx2.AsyncClient
) -> None:
    await health.tokens(browser)
    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(sign_out, browser)
    await nobody_waits(gateway)
    assert len(at_health.tokens) == 1
    assert (await log_text(gateway)).count('"resident.signed_out"') == 1


async def test_a_slow_service_delays_nobodys_page(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    at_health: LogoutReceiver,
    at_points: LogoutReceiver,
    browser: httpx2.AsyncClient,
) -> None:
    await health.tokens(browser)
    await points.tokens(browser)
    at_health.may_answer.clear()
    with anyio.fail_after(5):
        assert (await sign_out(browser)).status_code == 200
        await at_points.got()
        await at_health.got()
        await nobody_waits(gateway, but=1)
    assert await waiting(gateway) == 1
    at_health.may_answer.set()
    await nobody_waits(gateway)


async def test_what_was_given_for_the_sign_in_ends_with_it(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser, scope=ONLINE))["access_token"]
    assert (await health.call("GET", "/userinfo", token)).status_code == 200
    await sign_out(browser)
    assert (await health.call("GET", "/userinfo", token)).status_code == 401
    answer = await health.post("/introspect", {"token": token})
    assert answer.json() == {"active": False}


async def test_what_was_given_for_when_the_resident_is_away_outlives_it(
    health: RelyingParty, at_health: LogoutReceiver, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    await sign_out(browser)
    await at_health.got()
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    assert (await health.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_code_on_its_way_buys_nothing_once_the_sign_in_is_over(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    await sign_out(browser)
    answer = await health.redeem(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "token" not in answer.json()
    assert await waiting(gateway) == 0


async def test_the_next_sign_in_in_the_same_browser_is_untouched(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    await health.tokens(browser)
    await sign_out(browser)
    await at_health.got()
    await gateway.sign_in(browser, resident)
    token = (await health.tokens(browser, scope=ONLINE))["access_token"]
    assert (await health.call("GET", "/userinfo", token)).status_code == 200


async def test_nothing_of_a_token_reaches_the_log_or_the_store(
    gateway: Gateway, health: RelyingParty, at_health: LogoutReceiver, browser: httpx2.AsyncClient
) -> None:
    at_health.status = 500
    await health.tokens(browser)
    await sign_out(browser)
    (token,) = await at_health.got()
    claims = payload(token)
    text = await log_text(gateway)
    for secret in (token.split(".")[2], claims["jti"], claims["sid"], claims["sub"]):
        assert secret not in text
