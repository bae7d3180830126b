"""A client authenticates in exactly the way it was registered for (RFC 6749 §2.3, RFC 7523)."""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from tests.support.gateway import ISSUER, NOW, Gateway

pytestmark = pytest.mark.anyio

KEY = generate_private_key(SECP256R1())
OTHER_KEY = generate_private_key(SECP256R1())
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def introspect(
    gateway: Gateway, form: Mapping[str, str], **arguments: Any
) -> httpx2.Response:
    """Any endpoint that authenticates will do; this one has no side effect."""
    async with gateway.browser() as http:
        return await http.post("/introspect", data={"token": "x", **form}, **arguments)


def basic(client_id: str, secret: str) -> dict[str, str]:
    raw = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {raw}"}


def assertion(key: Any = KEY, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(NOW.timestamp())
    good = {
        "iss": "signer",
        "sub": "signer",
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(8),
    }
    claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, "ES256", headers=headers)


def signed(value: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": value}


@pytest.fixture
async def signer(gateway: Gateway) -> None:
    jwk = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    public = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    await gateway.service(
        "signer", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [public]}
    )


async def test_the_registered_way_is_accepted_and_no_other(gateway: Gateway) -> None:
    await gateway.service("basic")
    await gateway.service("post", token_endpoint_auth_method="client_secret_post")
    for client_id in ("basic", "post"):
        secret = gateway.secrets[client_id]
        by_header = await introspect(gateway, {}, headers=basic(client_id, secret))
        by_body = await introspect(gateway, {"client_id": client_id, "client_secret": secret})
        unproven = await introspect(gateway, {"client_id": client_id})
        right, wrong = (by_header, by_body) if client_id == "basic" else (by_body, by_header)
        assert right.status_code == 200
        for refused in (wrong, unproven):
            assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
            assert refused.headers["www-authenticate"].startswith("Basic")


async def test_two_ways_at_once_are_refused(gateway: Gateway) -> None:
    await gateway.service("basic")
    secret = gateway.secrets["basic"]
    both = {"client_id": "basic", "client_secret": secret}
    answer = await introspect(gateway, both, headers=basic("basic", secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!!",
        "Basic YmFzaWM=",  # no colon
        "Basic " + base64.b64encode("basic:秘密".encode()).decode(),
        "Bearer abc",
        "basic",
        "Basic " + base64.b64encode(b"basic:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:secret").decode(),
    ],
)
async def test_a_loosely_written_or_wrong_header_is_refused(gateway: Gateway, header: str) -> None:
    await gateway.service("basic")
    answer = await introspect(gateway, {}, headers={"Authorization": header.encode()})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_secrets_are_compared_after_form_decoding(gateway: Gateway) -> None:
    """RFC 6749 §2.3.1: both halves are form-encoded inside the header."""
    await gateway.service("basic")
    encoded = "".join(f"%{ord(letter):02X}" for letter in gateway.secrets["basic"])
    answer = await introspect(gateway, {}, headers=basic("basic", encoded))
    assert answer.status_code == 200


async def test_a_public_client_proves_nothing_and_may_not_introspect(gateway: Gateway) -> None:
    await gateway.service("public", token_endpoint_auth_method="none")
    answer = await introspect(gateway, {"client_id": "public"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.usefixtures("signer")
async def test_a_signed_assertion_is_accepted_once(gateway: Gateway) -> None:
    good = signed(assertion())
    assert (await introspect(gateway, good)).status_code == 200
    assert (await introspect(gateway, good)).json()["error"] == "invalid_client"
    for audience in (ISSUER, f"{ISSUER}/token", [ISSUER]):
        assert (await introspect(gateway, signed(assertion(aud=audience)))).status_code == 200


@pytest.mark.usefixtures("signer")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"iss": 7},
        {"sub": "somebody"},
        {"sub": None},
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": [ISSUER, "https://other.example"]},
        {"aud": []},
        {"aud": {"x": 1}},
        {"exp": None},
        {"exp": int(NOW.timestamp()) - 31},
        {"exp": int(NOW.timestamp()) + 90_000},
        {"exp": "tomorrow"},
        {"exp": 10**30},
        {"nbf": int(NOW.timestamp()) + 60},
        {"iat": int(NOW.timestamp()) + 60},
        {"jti": None},
        {"jti": 7},
        {"jti": "x" * 300},
    ],
)
async def test_one_wrong_claim_is_refused(gateway: Gateway, change: dict[str, Any]) -> None:
    answer = await introspect(gateway, signed(assertion(**change)))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.usefixtures("signer")
async def test_one_wrong_signature_is_refused(gateway: Gateway) -> None:
    good = assertion()
    head, body, signature = good.split(".")
    own_key = ECAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True)
    claims = jwt.decode(good, options={"verify_signature": False})
    public_pem_as_secret = jwt.encode(claims, "x" * 32, "HS256")
    for bad in (
        assertion(OTHER_KEY),
        assertion(OTHER_KEY, headers={"jwk": own_key}),
        assertion(OTHER_KEY, headers={"jku": "https://evil.example/jwks"}),
        assertion(headers={"kid": "unknown"}) + "x",
        jwt.encode(claims, "", "none"),
        public_pem_as_secret,
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        "x.y.z",
        "a",
        "x" * 9_000,
    ):
        answer = await introspect(gateway, signed(bad))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), bad[:40]


@pytest.mark.usefixtures("signer")
async def test_an_assertion_needs_its_type(gateway: Gateway) -> None:
    for form in (
        {"client_assertion": assertion()},
        {"client_assertion_type": ASSERTION_TYPE},
        {**signed(assertion()), "client_assertion_type": "urn:example:saml"},
    ):
        answer = await introspect(gateway, form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.usefixtures("signer")
async def test_a_client_id_beside_the_assertion_must_be_the_same(gateway: Gateway) -> None:
    same = await introspect(gateway, {**signed(assertion()), "client_id": "signer"})
    assert same.status_code == 200
    other = await introspect(gateway, {**signed(assertion()), "client_id": "basic"})
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")
