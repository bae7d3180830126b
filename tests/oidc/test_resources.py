"""/userinfo, /link, /introspect, /revoke: what an access token opens, and what it does not."""

from typing import Any

import httpx2
import pytest

from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> httpx2.AsyncClient:
    resident = await gateway.resident()
    for party in (health, points):
        await gateway.consent(party.client, resident)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


async def test_userinfo_tells_what_the_scopes_allow(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    told = (await health.call("GET", "/userinfo", tokens["access_token"])).json()
    assert told == {
        "sub": payload(tokens["id_token"])["sub"],
        "name": "花咲　花子",
        "name_substituted": False,
        "birthdate": "1985-04-12",
        "gender": "female",
        "address": {
            "formatted": "花園県花咲町桜台一丁目２番３号",
            "country": "JP",
            "substituted": False,
        },
    }


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", set()),
        ("openid profile", {"name", "name_substituted"}),
        ("openid birthdate", {"birthdate"}),
        ("openid gender", {"gender"}),
        ("openid address", {"address"}),
        ("openid link", set()),
    ],
)
async def test_each_scope_opens_its_own_claims_and_no_others(
    health: RelyingParty, browser: httpx2.AsyncClient, scope: str, claims: set[str]
) -> None:
    tokens = await health.tokens(browser, scope=scope)
    told = (await health.call("GET", "/userinfo", tokens["access_token"])).json()
    assert set(told) == {"sub"} | claims


async def test_the_access_token_may_come_in_header_or_form_but_not_in_both_or_the_query(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    form = {"access_token": token}
    for answer, status in (
        (await browser.get("/userinfo", headers=bearer), 200),
        (await browser.post("/userinfo", headers=bearer), 200),
        (await browser.post("/userinfo", data=form), 200),
        (await browser.post("/userinfo", data=form, headers=bearer), 400),
        (await browser.get("/userinfo", params=form), 401),
        (await browser.get("/userinfo"), 401),
        (await browser.get("/userinfo", headers={"Authorization": f"DPoP {token}"}), 401),
        (await browser.get("/userinfo", headers={"Authorization": f"Bearer {token}x"}), 401),
    ):
        assert answer.status_code == status
        if status == 401:
            # Of the scheme it came with (RFC 9449 §7.1).
            used = answer.request.headers.get("authorization", "Bearer").partition(" ")[0]
            challenge = answer.headers["www-authenticate"]
            assert challenge.startswith(f'{used} error="invalid_token"')


async def test_an_id_token_is_no_access_token(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    assert (await health.call("GET", "/userinfo", tokens["id_token"])).status_code == 401


async def test_an_access_token_ends_with_its_lifetime(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    gateway.clock.forward(seconds=600)
    assert (await health.call("GET", "/userinfo", token)).status_code == 401


async def test_tokens_signed_before_a_rotation_still_verify(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    await gateway.provider.keys.rotate(gateway.clock(), "ES256")
    gateway.clock.forward(seconds=61)
    assert (await health.call("GET", "/userinfo", token)).status_code == 200


async def put(party: RelyingParty, token: str, local_id: object) -> httpx2.Response:
    return await party.call("PUT", "/link", token, json={"local_id": local_id})


async def test_a_link_is_told_in_every_token_of_its_service_only(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    assert (await health.call("GET", "/link", token)).status_code == 404
    linked = await put(health, token, "H-0001")
    assert (linked.status_code, linked.json()["local_id"]) == (200, "H-0001")
    assert (await put(health, token, "H-0001")).json() == linked.json()
    assert (await health.call("GET", "/link", token)).json() == linked.json()
    again = await health.tokens(browser)
    assert payload(again["id_token"])["local_id"] == "H-0001"
    assert payload(again["access_token"])["local_id"] == "H-0001"
    told = (await health.call("GET", "/userinfo", again["access_token"])).json()
    assert told["local_id"] == "H-0001"
    elsewhere = await points.tokens(browser)
    assert "H-0001" not in str([payload(elsewhere[name]) for name in ("id_token", "access_token")])


async def test_a_link_conflicts_on_either_side(
    gateway: Gateway, health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    saburo = await gateway.resident("邊見　三郎")
    await gateway.consent(health.client, saburo)
    async with gateway.browser() as other:
        await gateway.sign_in(other, saburo)
        his = (await health.tokens(other))["access_token"]
    hers = (await health.tokens(browser))["access_token"]
    assert (await put(health, hers, "H-0001")).status_code == 200
    assert (await put(health, his, "H-0001")).status_code == 409
    assert (await put(health, hers, "H-0002")).status_code == 409
    assert (await health.call("GET", "/link", his)).status_code == 404
    at_points = (await points.tokens(browser))["access_token"]
    assert (await put(points, at_points, "H-0001")).status_code == 200


async def test_an_ended_link_frees_the_local_id_and_stays_as_history(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    await put(health, token, "H-0001")
    assert (await health.call("DELETE", "/link", token)).status_code == 204
    assert (await health.call("DELETE", "/link", token)).status_code == 404
    assert (await put(health, token, "H-0002")).status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        {"json": {}},
        {"json": {"local_id": ""}},
        {"json": {"local_id": 7}},
        {"json": {"local_id": None}},
        {"json": {"local_id": "x" * 256}},
        {"json": {"local_id": "a\nb"}},
        {"json": {"local_id": "a", "resident_id": "b"}},
        {"json": ["a"]},
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b"[" * 5_000, "headers": {"content-type": "application/json"}},
        {"content": b"\xff", "headers": {"content-type": "application/json"}},
        {"data": {"local_id": "a"}},
        {},
    ],
)
async def test_a_wrong_link_body_links_nothing(
    health: RelyingParty, browser: httpx2.AsyncClient, arguments: dict[str, Any]
) -> None:
    token = (await health.tokens(browser))["access_token"]
    headers = {**arguments.pop("headers", {}), "Authorization": f"Bearer {token}"}
    answer = await browser.put("/link", headers=headers, **arguments)
    assert answer.status_code in (400, 415)
    assert answer.json()["error"] == "invalid_request"
    assert "\n" not in answer.json()["error_description"]
    assert (await health.call("GET", "/link", token)).status_code == 404


async def test_an_individual_number_is_never_a_local_id(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    refused = await put(health, token, "123456789018")
    assert refused.status_code == 400
    assert "123456789018" not in refused.text
    assert (await put(health, token, "123456789012")).status_code == 200


async def test_without_the_link_scope_nothing_is_linked(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser, scope="openid profile"))["access_token"]
    refused = await put(health, token, "H-0001")
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")


async def test_introspection_tells_of_ones_own_tokens_only(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    access = (await health.post("/introspect", {"token": tokens["access_token"]})).json()
    assert access["active"] is True
    assert access["client_id"] == "health"
    assert access["sub"] == payload(tokens["id_token"])["sub"]
    refresh = (await health.post("/introspect", {"token": tokens["refresh_token"]})).json()
    assert refresh["active"] is True
    for token in (tokens["access_token"], tokens["refresh_token"], "unknown", tokens["id_token"]):
        told = (await points.post("/introspect", {"token": token})).json()
        assert told == {"active": False}
    missing = await health.post("/introspect", {})
    assert missing.json()["error"] == "invalid_request"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_a_token_given_back_ends_its_family(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient, which: str
) -> None:
    tokens = await health.tokens(browser)
    stranger = await points.post("/revoke", {"token": tokens[which]})
    assert stranger.status_code == 200
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    given_back = await health.post("/revoke", {"token": tokens[which]})
    assert (given_back.status_code, given_back.text) == (200, "")
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 401
    assert (await health.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    for token in (tokens["access_token"], tokens["refresh_token"]):
        told = (await health.post("/introspect", {"token": token})).json()
        assert told == {"active": False}
    assert (await health.post("/revoke", {"token": "unknown"})).status_code == 200
    assert (await health.post("/revoke", {})).json()["error"] == "invalid_request"


async def test_a_clients_own_token_is_revoked_too(gateway: Gateway) -> None:
    reader = RelyingParty(gateway, await gateway.reader("counter"))
    token = (await reader.token({"grant_type": "client_credentials"})).json()["access_token"]
    assert (await reader.call("POST", "/card/challenges", token)).status_code == 200
    await reader.post("/revoke", {"token": token})
    assert (await reader.call("POST", "/card/challenges", token)).status_code == 401
