"""`request`: what the service signed counts, and nothing else; what is not its own is refused
(RFC 9101)."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc import jwe
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from tests.oidc.authorization.asking import (
    KEY,
    OTHER_KEY,
    authorize_with,
    public_jwk,
    request_claims,
    request_object,
    signed,
)
from tests.oidc.authorization.bad_objects import BAD, HOUR, NOW, Made, unsigned
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import key_to_encrypt_for

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("made", BAD.values(), ids=BAD.keys())
async def test_a_bad_request_object_is_refused_wherever_it_comes(
    gateway: Gateway, signer: RelyingParty, browser: httpx2.AsyncClient, made: Made
) -> None:
    unverified = made(signer)
    # Nothing beside the object counts, so nowhere is proven: it is a page.
    page = await authorize_with(browser, signer, request=unverified)
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert page.headers["content-type"].startswith("text/html")
    # The address beside it is the client's own: it may be told.
    beside = redirected(await signer.authorize(browser, request=unverified))
    assert (beside["error"], beside["state"]) == ("invalid_request_object", "af0ifjsldkj")
    assert "code" not in beside
    elsewhere = await authorize_with(
        browser, signer, request=unverified, redirect_uri="https://evil.example/"
    )
    assert (elsewhere.status_code, "location" in elsewhere.headers) == (400, False)
    refused = await signer.post("/par", {"client_id": "signer", "request": unverified})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request_object")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": [ISSUER]},
        {"aud": ["https://other.example.test", ISSUER]},
        {"exp": NOW + HOUR},
        {"nbf": None, "iat": None, "jti": None},
        {"nbf": NOW + 8},
        {"sub": "somebody"},
        {"max_age": 600},
        {"max_age": "600"},
        {"foo": "bar"},
        {"claims": {"id_token": {"acr": None}}},
        {"claims": '{"id_token": {}}'},
    ],
)
@pytest.mark.parametrize("typ", ["oauth-authz-req+jwt", "JWT", None])
async def test_a_good_request_object_is_answered(
    signer: RelyingParty, browser: httpx2.AsyncClient, changes: dict[str, Any], typ: str | None
) -> None:
    sent = signed(request_claims(signer, **changes), typ=typ)
    answer = redirected(await authorize_with(browser, signer, request=sent))
    assert answer["state"] == "af0ifjsldkj"
    assert (await signer.redeem(answer["code"])).status_code == 200


async def test_only_what_stands_in_the_object_counts(
    signer: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    sent = request_object(signer, state=None, scope="openid", nonce="inside")
    answer = await signer.authorize(
        browser, request=sent, state="outside", nonce="outside", prompt="none login"
    )
    told = redirected(answer)
    assert "state" not in told
    tokens = (await signer.redeem(told["code"])).json()
    assert tokens["scope"] == "openid"
    assert jwt.decode(tokens["id_token"], options={"verify_signature": False})["nonce"] == "inside"


async def test_what_stands_beside_the_object_adds_nothing(
    signer: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    for missing in ("response_type", "scope", "code_challenge", "code_challenge_method"):
        sent = request_object(signer, **{missing: None})
        told = redirected(await signer.authorize(browser, request=sent))
        assert told["error"] in ("invalid_request", "invalid_scope"), missing
        assert "code" not in told
    unaddressed = await signer.authorize(browser, request=request_object(signer, redirect_uri=None))
    assert (unaddressed.status_code, "location" in unaddressed.headers) == (400, False)


async def test_an_address_in_the_object_is_proven_like_any_other(
    signer: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    sent = request_object(signer, redirect_uri="https://evil.example/callback")
    for answer in (
        await authorize_with(browser, signer, request=sent),
        await signer.authorize(browser, request=sent),
    ):
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "evil.example" not in answer.text


async def test_another_clients_object_is_not_this_clients(
    gateway: Gateway, signer: RelyingParty, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    told = redirected(await health.authorize(browser, request=request_object(signer)))
    assert told["error"] == "invalid_request_object"
    unnamed = await browser.get("/authorize", params={"request": request_object(signer)})
    assert (unnamed.status_code, "location" in unnamed.headers) == (400, False)


async def test_an_object_is_good_for_nothing_but_a_request(
    gateway: Gateway, browser: httpx2.AsyncClient
) -> None:
    client = await gateway.service(
        "proving", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [public_jwk()]}
    )
    proving = RelyingParty(gateway, client)
    form = {
        "token": "x",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": request_object(proving),
    }
    assert (await browser.post("/introspect", data=form)).json()["error"] == "invalid_client"
    assertion = request_object(proving, sub="proving")
    told = redirected(await proving.authorize(browser, request=assertion))
    assert told["error"] == "invalid_request_object"


async def test_only_the_registered_algorithm_is_taken(gateway: Gateway) -> None:
    rsa, ed = generate_private_key(65_537, 2_048), Ed25519PrivateKey.generate()
    keys = {"ES256": KEY, "RS256": rsa, "PS256": rsa, "EdDSA": ed}
    public = [
        public_jwk(),
        {
            name: value
            for name, value in RSAAlgorithm.to_jwk(rsa.public_key(), as_dict=True).items()
            if name in ("kty", "n", "e")
        },
        {
            name: value
            for name, value in OKPAlgorithm.to_jwk(ed.public_key(), as_dict=True).items()
            if name in ("kty", "crv", "x")
        },
    ]
    for registered in (None, *keys):
        client = await gateway.service(
            "signer", jwks={"keys": public}, request_object_signing_alg=registered
        )
        party = RelyingParty(gateway, client)
        for alg, key in keys.items():
            sent = signed(request_claims(party), key, alg)
            answer = await party.post("/par", {"client_id": "signer", "request": sent})
            good = registered in (None, alg)
            assert answer.status_code == (201 if good else 400), (registered, alg)


async def test_an_encrypted_object_is_opened_and_has_to_be_signed_all_the_same(
    gateway: Gateway, signer: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    key = await key_to_encrypt_for(gateway)

    def encrypted(inner: str) -> str:
        header = {"alg": "ECDH-ES", "enc": "A128GCM", "cty": "oauth-authz-req+jwt"}
        return jwe.encrypt_compact(header, inner, key)

    answer = await authorize_with(browser, signer, request=encrypted(request_object(signer)))
    assert "code" in redirected(answer)
    for inner in (
        unsigned(signer, "none"),
        signed(request_claims(signer), OTHER_KEY),
        json.dumps(request_claims(signer)),
    ):
        told = redirected(await signer.authorize(browser, request=encrypted(inner)))
        assert told["error"] == "invalid_request_object"


async def test_a_client_that_has_to_sign_is_told_so(gateway: Gateway) -> None:
    client = await gateway.service(
        "signer", jwks={"keys": [public_jwk()]}, require_signed_request_object=True
    )
    party = RelyingParty(gateway, client)
    async with gateway.browser() as browser:
        told = redirected(await party.authorize(browser))
        assert (told["error"], "code" in told) == ("invalid_request", False)
        signed_one = await authorize_with(browser, party, request=request_object(party))
        assert urlsplit(signed_one.headers["location"]).path == "/login"
    unsigned_push = await party.post("/par", party.authorization_request())
    assert (unsigned_push.status_code, unsigned_push.json()["error"]) == (400, "invalid_request")


async def test_a_forged_request_is_an_entry_without_what_was_forged(
    gateway: Gateway, signer: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    forged = signed(request_claims(signer, state="a-telling-state"), OTHER_KEY)
    for _ in range(3):
        await authorize_with(browser, signer, request=forged)
    [entry] = await logged(gateway, "client.refused")
    assert entry.client_id == "signer"
    assert entry.detail == {"reason": "request is not signed by a key of this client's"}
    told = await log_text(gateway)
    assert "a-telling-state" not in told
    assert forged not in told
