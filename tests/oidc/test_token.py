"""/token: a code buys one token set, a refresh token is used once, a client is itself."""

from collections import Counter
from typing import Any

import anyio
import httpx2
import jwt
import pytest

from tests.support.gateway import ACR_WEAK, ISSUER, NOW, Gateway
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(gateway: Gateway, health: RelyingParty) -> httpx2.AsyncClient:
    """Hanako, signed in, who agreed to what the health app asks for."""
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


async def test_a_code_buys_tokens_that_say_who_and_how(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    answer = await health.redeem(await health.code(browser))
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 600
    seconds = int(NOW.timestamp())
    identity, access = payload(body["id_token"]), payload(body["access_token"])
    assert (
        identity.items()
        >= {
            "iss": ISSUER,
            "aud": "health",
            "nonce": "n-0S6_WzA2Mj",
            "auth_time": seconds,
            "iat": seconds,
            "exp": seconds + 600,
            "acr": ACR_WEAK,
            "amr": ["sc", "pin", "mfa"],
        }.items()
    )
    assert access["sub"] == identity["sub"]
    assert access["client_id"] == "health"
    assert access["aud"] == ISSUER
    assert jwt.get_unverified_header(body["access_token"])["typ"] == "at+jwt"
    everything = f"{identity}{access}"
    assert "花" not in everything
    assert "common_id" not in everything


async def test_the_subject_differs_between_services_and_stays_within_one(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    resident = await gateway.resident()
    for party in (health, points):
        await gateway.consent(party.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        subs = [
            payload((await party.tokens(browser))["id_token"])["sub"]
            for party in (health, points, health)
        ]
    assert subs[0] == subs[2] != subs[1]
    assert resident.resident_id not in subs
    assert resident.common_id not in subs


async def test_id_tokens_are_signed_as_the_service_asked(gateway: Gateway) -> None:
    party = RelyingParty(gateway, await gateway.service("rs", id_token_signed_response_alg="RS256"))
    resident = await gateway.resident()
    await gateway.consent(party.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        id_token = (await party.tokens(browser))["id_token"]
        keys = (await browser.get("/jwks")).json()["keys"]
    header = jwt.get_unverified_header(id_token)
    assert header["alg"] == "RS256"
    [key] = [key for key in keys if key["kid"] == header["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    jwt.decode(id_token, jwt.PyJWK(key), algorithms=["RS256"], audience="rs", options=options)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"code": None}, "invalid_request"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://health.example.test/other"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"client_id": "points"}, "invalid_request"),
    ],
)
async def test_one_wrong_thing_buys_nothing(
    health: RelyingParty,
    browser: httpx2.AsyncClient,
    change: dict[str, str | None],
    error: str,
) -> None:
    answer = await health.redeem(await health.code(browser), **change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"
    assert "token" not in answer.json()["error_description"].replace("the refresh token", "")


async def test_another_client_cannot_use_a_code_and_ends_it(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    stolen = await points.redeem(
        code, redirect_uri=health.redirect_uri, code_verifier=health.verifier
    )
    assert stolen.json()["error"] == "invalid_grant"
    assert (await health.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_code_ends_with_its_lifetime(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    gateway.clock.forward(seconds=60)
    assert (await health.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_replayed_code_revokes_what_it_bought(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    bought = (await health.redeem(code)).json()
    assert (await health.call("GET", "/userinfo", bought["access_token"])).status_code == 200
    assert (await health.redeem(code)).json()["error"] == "invalid_grant"
    assert (await health.call("GET", "/userinfo", bought["access_token"])).status_code == 401
    refreshed = await health.refresh(bought["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"


async def test_of_twenty_redemptions_at_once_one_wins(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    answers = await at_once(20, health, {"code": code})
    assert answers == Counter({200: 1, 400: 19}) or answers == Counter({400: 20})


async def test_of_twenty_refreshes_at_once_at_most_one_wins(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    refresh_token = (await health.tokens(browser))["refresh_token"]
    answers = await at_once(20, health, {"refresh_token": refresh_token})
    assert answers == Counter({200: 1, 400: 19})


async def at_once(count: int, party: RelyingParty, what: dict[str, str]) -> Counter[int]:
    answers: Counter[int] = Counter()

    async def one() -> None:
        use = party.redeem if "code" in what else party.refresh
        call = use(*what.values())
        answers[(await call).status_code] += 1

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(one)
    return answers


async def test_a_refresh_token_is_replaced_at_every_use(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    first = await health.tokens(browser)
    second = (await health.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert payload(second["id_token"])["sub"] == payload(first["id_token"])["sub"]
    third = (await health.refresh(second["refresh_token"])).json()
    assert (await health.call("GET", "/userinfo", third["access_token"])).status_code == 200


async def test_a_refresh_token_used_twice_revokes_the_family(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    first = await health.tokens(browser)
    second = (await health.refresh(first["refresh_token"])).json()
    assert (await health.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await health.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await health.call("GET", "/userinfo", second["access_token"])).status_code == 401


async def test_another_client_cannot_refresh_and_harms_nobody(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    refresh_token = (await health.tokens(browser))["refresh_token"]
    assert (await points.refresh(refresh_token)).json()["error"] == "invalid_grant"
    assert (await health.refresh(refresh_token)).status_code == 200


async def test_refreshing_asks_for_less_but_never_for_more(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    bought = await health.tokens(browser, scope="openid profile offline_access")
    more = await health.refresh(bought["refresh_token"], scope="openid profile address")
    assert more.json()["error"] == "invalid_scope"
    less = (await health.refresh(bought["refresh_token"], scope="openid")).json()
    assert less["scope"] == "openid"
    told = (await health.call("GET", "/userinfo", less["access_token"])).json()
    assert set(told) == {"sub"}


async def test_without_offline_access_there_is_no_refresh_token(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    assert "refresh_token" not in await health.tokens(browser, scope="openid profile")


async def test_a_family_ends_with_its_lifetime_however_often_it_is_refreshed(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    bought = await health.tokens(browser)
    gateway.clock.forward(days=29)
    bought = (await health.refresh(bought["refresh_token"])).json()
    gateway.clock.forward(days=1)
    assert (await health.refresh(bought["refresh_token"])).json()["error"] == "invalid_grant"


async def test_client_credentials_speak_for_the_client_alone(gateway: Gateway) -> None:
    reader = RelyingParty(gateway, await gateway.reader("counter"))
    body = (await reader.token({"grant_type": "client_credentials"})).json()
    assert body["scope"] == "card:verify"
    assert payload(body["access_token"])["sub"] == "counter"
    assert "refresh_token" not in body
    assert "id_token" not in body
    refused = await reader.call("GET", "/userinfo", body["access_token"])
    assert refused.status_code == 403
    more = await reader.token({"grant_type": "client_credentials", "scope": "openid"})
    assert more.json()["error"] == "invalid_scope"


async def test_the_body_must_be_a_form(health: RelyingParty) -> None:
    async with health.gateway.browser() as http:
        as_json = await http.post("/token", json={"grant_type": "authorization_code"})
        assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")
        twice = await http.post(
            "/token",
            content="grant_type=authorization_code&grant_type=refresh_token",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert twice.json()["error"] == "invalid_request"
        large = await http.post("/token", data={"code": "x" * 70_000})
        assert large.status_code == 413
        assert (await http.get("/token")).status_code == 405
