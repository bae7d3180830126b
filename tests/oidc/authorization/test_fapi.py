"""FAPI 2.0: what the profile demands of a request is demanded, the rest is refused."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.oidc.authorization.asking import (
    authorize_with,
    posted_form,
    public_jwk,
    request_claims,
    request_object,
    signed,
    signed_in,
)
from tests.oidc.authorization.fapi import MESSAGE_SIGNING, SECURITY, fapi_party
from tests.support.gateway import NOW as GATEWAY_TIME
from tests.support.gateway import Gateway
from tests.support.relying_party import redirected
from tests.support.service_keys import checked

pytestmark = pytest.mark.anyio

NOW = int(GATEWAY_TIME.timestamp())
MINUTE = 60


async def test_a_pushed_request_ends_in_tokens_that_are_bound(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, SECURITY)
    answer = await fapi.push()
    assert answer.status_code == 201, answer.text
    async with await signed_in(gateway, fapi.party) as browser:
        sent = redirected(
            await authorize_with(browser, fapi.party, request_uri=answer.json()["request_uri"])
        )
    tokens = await fapi.redeem(sent["code"])
    assert tokens.status_code == 200, tokens.text
    assert tokens.json()["token_type"] == "DPoP"


async def test_a_code_is_only_for_the_key_that_was_proven_when_pushing(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, SECURITY)
    request_uri = (await fapi.push()).json()["request_uri"]
    async with await signed_in(gateway, fapi.party) as browser:
        sent = redirected(await authorize_with(browser, fapi.party, request_uri=request_uri))
    thief = await fapi_party(gateway, SECURITY)
    refused = await thief.redeem(sent["code"])
    assert refused.status_code == 400
    assert "access_token" not in refused.json()


async def test_a_dpop_jkt_of_another_key_than_the_proofs_is_refused(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, SECURITY)
    other = await fapi_party(gateway, SECURITY)
    assert (await fapi.push(dpop_jkt=fapi.maker.jkt)).status_code == 201
    refused = await fapi.push(dpop_jkt=other.maker.jkt)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_a_request_that_comes_with_the_browser_alone_is_refused(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, SECURITY)
    party = fapi.party
    async with await signed_in(gateway, party) as browser:
        for change in ({}, {"request": request_object(party)}, {"request_uri": "https://x.test/"}):
            told = redirected(await party.authorize(browser, **change))
            assert (told["error"], "code" in told) == ("invalid_request", False), change


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1/callback"}, "invalid_request"),
        ({"redirect_uri": "http://fapi.example.test/callback"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
async def test_a_push_has_to_be_complete(
    gateway: Gateway, change: dict[str, str | None], error: str
) -> None:
    answer = await (await fapi_party(gateway, SECURITY)).push(**change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_code_lives_a_minute_at_most(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, SECURITY)
    request_uri = (await fapi.push()).json()["request_uri"]
    async with await signed_in(gateway, fapi.party) as browser:
        sent = redirected(await authorize_with(browser, fapi.party, request_uri=request_uri))
    gateway.clock.forward(seconds=60)
    assert (await fapi.redeem(sent["code"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
async def test_signed_messages_from_push_to_answer(gateway: Gateway, mode: str) -> None:
    fapi = await fapi_party(gateway, MESSAGE_SIGNING)
    sent = request_object(fapi.party, response_mode=mode)
    answer = await fapi.post("/par", {"client_id": "fapi", "request": sent})
    assert answer.status_code == 201, answer.text
    async with await signed_in(gateway, fapi.party) as browser:
        back = await authorize_with(browser, fapi.party, request_uri=answer.json()["request_uri"])
    told = posted_form(back).fields if mode.startswith("form_post") else redirected(back)
    assert set(told) == {"response"}
    _, claims = await checked(gateway, told["response"], "ES256")
    assert claims["state"] == "af0ifjsldkj"
    assert (await fapi.redeem(claims["code"])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": None}, "invalid_request"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"nbf": None}, "invalid_request_object"),
        ({"nbf": NOW - 61 * MINUTE, "exp": NOW + MINUTE}, "invalid_request_object"),
        ({"nbf": NOW + MINUTE}, "invalid_request_object"),
        ({"nbf": NOW - 5 * MINUTE, "exp": NOW + 56 * MINUTE}, "invalid_request_object"),
        ({"exp": None}, "invalid_request_object"),
        ({"exp": NOW + 61 * MINUTE}, "invalid_request_object"),
        ({"exp": NOW - MINUTE}, "invalid_request_object"),
        ({"aud": None}, "invalid_request_object"),
        ({"aud": "https://other.example.test"}, "invalid_request_object"),
    ],
)
async def test_a_request_that_is_not_signed_as_demanded_is_refused(
    gateway: Gateway, changes: dict[str, Any], error: str
) -> None:
    fapi = await fapi_party(gateway, MESSAGE_SIGNING)
    sent = request_object(fapi.party, **{"response_mode": "jwt", **changes})
    answer = await fapi.post("/par", {"client_id": "fapi", "request": sent})
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "request_uri" not in answer.json()


@pytest.mark.parametrize(
    "changes",
    [
        {"nbf": NOW - 59 * MINUTE, "exp": NOW + MINUTE},
        {"nbf": NOW + 8, "exp": NOW + 8 + 60 * MINUTE},
        {"iat": None},
        {"aud": ["https://id.example.test", "https://other.example.test"]},
        {"state": None},
        {"nonce": "n" * 43},
    ],
)
async def test_a_request_at_the_edge_of_what_is_demanded_is_taken(
    gateway: Gateway, changes: dict[str, Any]
) -> None:
    fapi = await fapi_party(gateway, MESSAGE_SIGNING)
    sent = request_object(fapi.party, response_mode="jwt", **changes)
    answer = await fapi.post("/par", {"client_id": "fapi", "request": sent})
    assert answer.status_code == 201, answer.text


async def test_an_unsigned_push_is_refused(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, MESSAGE_SIGNING)
    answer = await fapi.push(response_mode="jwt")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_rs256_signs_nothing(gateway: Gateway) -> None:
    rsa = generate_private_key(65_537, 2_048)
    jwk = RSAAlgorithm.to_jwk(rsa.public_key(), as_dict=True)
    public = {name: jwk[name] for name in ("kty", "n", "e")}
    keys = {"jwks": {"keys": [public_jwk(), public]}}
    fapi = await fapi_party(gateway, {**MESSAGE_SIGNING, **keys})
    claims = request_claims(fapi.party, response_mode="jwt")
    for alg, status in (("RS256", 400), ("PS256", 201)):
        form = {"client_id": "fapi", "request": signed(claims, rsa, alg)}
        assert (await fapi.post("/par", form)).status_code == status


async def test_errors_are_signed_messages_too(gateway: Gateway) -> None:
    fapi = await fapi_party(gateway, MESSAGE_SIGNING)
    party = fapi.party
    sent = request_object(party, response_mode="jwt", prompt="none")
    answer = await fapi.post("/par", {"client_id": "fapi", "request": sent})
    async with gateway.browser() as browser:
        silent = redirected(
            await authorize_with(browser, party, request_uri=answer.json()["request_uri"])
        )
        plain = redirected(await party.authorize(browser))
    for told, error in ((silent, "login_required"), (plain, "invalid_request")):
        assert set(told) == {"response"}
        _, claims = await checked(gateway, told["response"], "ES256")
        assert claims["error"] == error
