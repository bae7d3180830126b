"""Twenty at the same moment, by turns at two workers: what is good once has one winner, whatever
the stores are. Of what a winner of twenty got, nothing is left to anybody (RFC 6749 §4.1.2)."""

import json
import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.oidc.records import grants, refresh_tokens
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER
from tests.oidc.authorization.asking import pushed
from tests.oidc.bad_input.workers import AT_ONCE, Workers
from tests.oidc.devices.parts import LOCAL_ID, OWN_FORM, AtHome
from tests.oidc.registration.shelf import clients_of
from tests.support.certificates import public_jwk
from tests.support.developer import Developer, developer
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.log import count, logged
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio
KEY = generate_private_key(SECP256R1())
LOST = AT_ONCE - 1
GRANTS = ("authorization_code", "refresh_token", DEVICE_CODE, CIBA, JWT_BEARER)


@pytest.fixture
async def health(workers: Workers) -> RelyingParty:
    """A service that may do all there is."""
    jwks = {"keys": [public_jwk(KEY)]}
    changes: dict[str, Any] = {"grant_types": GRANTS, "backchannel_token_delivery_mode": "poll"}
    client = await workers.first.service("health", jwks=jwks, **changes)
    return RelyingParty(workers.first, client)


@pytest.fixture
async def hanako(workers: Workers, health: RelyingParty) -> AtHome:
    gateway = workers.first
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    await gateway.provider.links.put("health", resident.resident_id, LOCAL_ID, NOW)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return AtHome(gateway, browser, resident)


def told(answers: list[httpx2.Response]) -> Counter[tuple[int, str | None]]:
    return Counter((one.status_code, one.json().get("error")) for one in answers)


def signed(**changes: Any) -> str:
    now = int(NOW.timestamp())
    claims = {"iss": "health", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60}
    claims |= {"jti": secrets.token_hex(8), **changes}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), KEY, "ES256")


async def redeemed(
    workers: Workers, health: RelyingParty, form: Mapping[str, str]
) -> list[httpx2.Response]:
    return await workers.at_once(lambda at: workers.party_at(at, health).token(form))


async def nothing_is_left(workers: Workers, answers: list[httpx2.Response]) -> None:
    """The losers ended what the winner got, if there was one: who of them is the thief, nobody
    knows."""
    found = told(answers)
    assert found[400, "invalid_grant"] >= LOST, found
    assert found[200, None] + found[400, "invalid_grant"] == AT_ONCE, found
    for won in (one.json()["access_token"] for one in answers if one.status_code == 200):
        async with workers.first.browser() as http:
            shown = await http.get("/userinfo", headers={"Authorization": f"Bearer {won}"})
        assert shown.status_code == 401
    assert await count(workers.first, grants) == 1
    (entry,) = await logged(workers.first, "grant.reuse_detected")
    assert entry.client_id == "health"


async def test_a_code(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": await health.code(hanako.browser),
        "redirect_uri": health.redirect_uri,
        "code_verifier": health.verifier,
    }
    await nothing_is_left(workers, await redeemed(workers, health, form))
    assert await count(workers.first, refresh_tokens) <= 1


async def test_a_refresh_token(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    refresh_token = (await health.tokens(hanako.browser))["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    await nothing_is_left(workers, await redeemed(workers, health, form))


async def test_a_device_code(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    asked = (await health.post("/device_authorization", {"scope": "openid"})).json()
    found = await hanako.type(asked["user_code"])
    await hanako.decide(found.headers["location"])
    form = {"grant_type": DEVICE_CODE, "device_code": asked["device_code"]}
    await nothing_is_left(workers, await redeemed(workers, health, form))


async def test_an_auth_req_id(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    asked = await health.post("/bc-authorize", {"scope": "openid", "login_hint": LOCAL_ID})
    page = (await hanako.browser.get("/approvals")).text
    path = "/approvals/" + page.partition('action="/approvals/')[2].partition('"')[0]
    assert (await hanako.decide(path)).headers["location"] == "/approvals?told=agreed"
    form = {"grant_type": CIBA, "auth_req_id": asked.json()["auth_req_id"]}
    await nothing_is_left(workers, await redeemed(workers, health, form))


async def test_a_question_is_answered_by_one_press(
    workers: Workers, health: RelyingParty, hanako: AtHome
) -> None:
    asked = (await health.post("/device_authorization", {"scope": "openid"})).json()
    path = (await hanako.type(asked["user_code"])).headers["location"]
    cookies = dict(hanako.browser.cookies)

    async def press(at: Gateway) -> httpx2.Response:
        async with at.browser() as browser:
            for name, value in cookies.items():
                browser.cookies.set(name, value, domain="id.example.test")
            form = {"decision": secrets.choice(["agree", "decline"])}
            return await browser.post(path, data=form, headers=OWN_FORM)

    answers = await workers.at_once(press)
    assert Counter(one.status_code for one in answers) == {303: 1, 400: LOST}
    agreed = await logged(workers.first, "question.agreed")
    declined = await logged(workers.first, "question.declined")
    assert len(agreed) + len(declined) == 1


async def test_a_request_uri(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    named = {"client_id": "health", "request_uri": await pushed(health)}
    cookies = dict(hanako.browser.cookies)

    async def come(at: Gateway) -> httpx2.Response:
        async with at.browser() as browser:
            for name, value in cookies.items():
                browser.cookies.set(name, value, domain="id.example.test")
            return await browser.get("/authorize", params=named)

    answers = await workers.at_once(come)
    (won,) = [one for one in answers if one.status_code == 303]
    assert "code" in redirected(won)
    assert Counter(one.status_code for one in answers) == {303: 1, 400: LOST}


async def test_the_last_use_of_an_initial_access_token(workers: Workers) -> None:
    token = (await developer(workers.first, uses=1)).token
    answers = await workers.at_once(lambda at: Developer(at, token).register())
    assert told(answers) == {(201, None): 1, (401, "invalid_token"): LOST}
    assert len(await clients_of(workers.first)) == 1


async def test_a_proof(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    """Each brings a code of its own: what has one winner is the proof."""
    codes = [await health.code(hanako.browser) for _ in range(AT_ONCE)]
    proof = ProofMaker(workers.first.clock).proof()

    async def one(at: Gateway) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": codes.pop(),
            "redirect_uri": health.redirect_uri,
            "code_verifier": health.verifier,
        }
        async with at.browser() as http:
            headers = {"DPoP": proof}
            return await http.post("/token", data=form, auth=health.credentials, headers=headers)

    answers = await workers.at_once(one)
    assert told(answers) == {(200, None): 1, (400, "invalid_dpop_proof"): LOST}
    assert await count(workers.first, grants) == 1


async def test_a_client_assertion(workers: Workers) -> None:
    jwks, method = {"keys": [public_jwk(KEY)]}, "private_key_jwt"
    await workers.first.service("health", token_endpoint_auth_method=method, jwks=jwks)
    form = {"token": "x", "client_assertion_type": ASSERTION_TYPE}
    form["client_assertion"] = signed(sub="health")

    async def one(at: Gateway) -> httpx2.Response:
        async with at.browser() as http:
            return await http.post("/introspect", data=form)

    found = told(await workers.at_once(one))
    assert found[200, None] == 1
    # Whoever goes on failing is not looked at any more.
    assert found[401, "invalid_client"] + found[429, "temporarily_unavailable"] == LOST


async def test_a_bearer_assertion(workers: Workers, health: RelyingParty, hanako: AtHome) -> None:
    await health.tokens(hanako.browser)
    form = {"grant_type": JWT_BEARER, "assertion": signed(sub=LOCAL_ID)}
    answers = await redeemed(workers, health, form)
    assert told(answers) == {(200, None): 1, (400, "invalid_grant"): LOST}
    assert len(await logged(workers.first, "token.asserted")) == 1


async def test_a_counters_signed_request(workers: Workers, hanako: AtHome) -> None:
    client = await workers.first.service(
        "health",
        jwks={"keys": [public_jwk(KEY)]},
        grant_types=GRANTS,
        backchannel_token_delivery_mode="poll",
        backchannel_authentication_request_signing_alg="ES256",
    )
    counter = RelyingParty(workers.first, client)
    form = {"request": signed(scope="openid", login_hint=LOCAL_ID)}
    answers = await workers.at_once(
        lambda at: workers.party_at(at, counter).post("/bc-authorize", form)
    )
    assert told(answers) == {(200, None): 1, (400, "invalid_request"): LOST}
    assert (await hanako.browser.get("/approvals")).text.count('name="decision"') == 2
