"""`request`: what the service signed counts, and nothing else; what is not its own is refused
(RFC 9101)."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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
from tests.support.gateway import ISSUER, Gateway
from tests.support.gateway import NOW as GATEWAY_TIME
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import key_to_encrypt_for

pytestmark = pytest.mark.anyio

PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
NOW = int(GATEWAY_TIME.timestamp())
HOUR = 3_600
Made = Callable[[RelyingParty], str]


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(party: RelyingParty, alg: str) -> str:
    return f"{encoded({'alg': alg})}.{encoded(request_claims(party))}."


def by_public_key(party: RelyingParty) -> str:
    """HS256 with what everybody knows for a secret."""
    head = f"{encoded({'alg': 'HS256'})}.{encoded(request_claims(party))}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head.encode(), PEM)
    return f"{head}.{encoded(mac)}"


def with_another_payload(party: RelyingParty) -> str:
    header, _, signature = request_object(party).split(".")
    return f"{header}.{encoded(request_claims(party, scope='openid profile'))}.{signature}"


def claims(**changes: Any) -> Made:
    return lambda party: request_object(party, **changes)


BAD: dict[str, Made] = {
    "no JWT": lambda _: "x.y.z",
    "empty parts": lambda _: "..",
    "a claims set": lambda party: json.dumps(request_claims(party)),
    "alg none": lambda party: unsigned(party, "none"),
    "alg None": lambda party: unsigned(party, "None"),
    "no alg": lambda party: f"{encoded({})}.{encoded(request_claims(party))}.",
    "HS256 with the public key": by_public_key,
    "HS256 with the client secret": lambda party: signed(
        request_claims(party), party.credentials[1], "HS256"
    ),
    "another key": lambda party: signed(request_claims(party), OTHER_KEY),
    "an embedded key": lambda party: signed(
        request_claims(party), OTHER_KEY, jwk=public_jwk(OTHER_KEY)
    ),
    "a key to be fetched": lambda party: signed(
        request_claims(party), OTHER_KEY, jku="https://signer.example.test/jwks"
    ),
    "another payload": with_another_payload,
    "no signature": lambda party: request_object(party).rpartition(".")[0] + ".",
    "a critical extension": lambda party: signed(request_claims(party), crit=["b64"], b64=False),
    "a client assertion's type": lambda party: signed(
        request_claims(party), typ="client-authentication+jwt"
    ),
    "an access token's type": lambda party: signed(request_claims(party), typ="at+jwt"),
    "a proof's type": lambda party: signed(request_claims(party), typ="dpop+jwt"),
    "not an object": lambda _: signed(b"[]"),
    "not JSON": lambda _: signed(b"{"),
    "deep": lambda _: signed(b'{"claims":' + b"[" * 3_000),
    "huge": claims(state="s" * 9_000),
    "no iss": claims(iss=None),
    "another iss": claims(iss="health"),
    "no client_id": claims(client_id=None),
    "another client_id": claims(client_id="health"),
    "the client as sub": claims(sub="signer"),
    "no aud": claims(aud=None),
    "another aud": claims(aud="https://other.example.test"),
    "the token endpoint as aud": claims(aud=f"{ISSUER}/token"),
    "the issuer with a slash as aud": claims(aud=f"{ISSUER}/"),
    "an empty aud": claims(aud=[]),
    "others as aud": claims(aud=["https://other.example.test"]),
    "an object as aud": claims(aud={ISSUER: 1}),
    "no exp": claims(exp=None),
    "expired": claims(exp=NOW - 31),
    "for a day": claims(exp=NOW + 24 * HOUR),
    "a text as exp": claims(exp=str(NOW + 60)),
    "an endless exp": claims(exp=1e300),
    "a future nbf": claims(nbf=NOW + 31),
    "a future iat": claims(iat=NOW + 31),
    "a malformed nbf": claims(nbf="now"),
    "a request in it": claims(request="x.y.z"),
    "a request_uri in it": claims(request_uri="urn:ietf:params:oauth:request_uri:x"),
    "null for a request in it": lambda party: signed({**request_claims(party), "request": None}),
    "a number for true": claims(max_age=True),
    "half a second": claims(max_age=0.5),
    "a list of scopes": claims(scope=["openid"]),
    "an object as state": claims(state={"a": 1}),
    "null as nonce": lambda party: signed({**request_claims(party), "nonce": None}),
    "a NUL": claims(state="a\0b"),
    "half a surrogate pair": claims(state="\ud800"),
    "two resources in one": claims(resource=["https://a.example.test https://b.example.test"]),
    "a number as resource": claims(resource=[1]),
}


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
