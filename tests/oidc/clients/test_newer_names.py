"""EdDSA has a newer name for each of its curves (RFC 9864 §2.2); stock libraries sign with it."""

import json
import secrets
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.oidc.clients.signed_jwt import BadJwtError, verify_signed
from tests.support.gateway import ISSUER, NOW, Gateway

pytestmark = pytest.mark.anyio
KEY, LARGER_KEY = Ed25519PrivateKey.generate(), Ed448PrivateKey.generate()
_SIGNS = jwt.PyJWS()
for name in ("Ed25519", "Ed448"):
    _SIGNS.register_algorithm(name, OKPAlgorithm())


def jwk(key: Any, **more: str) -> dict[str, Any]:
    return {**OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), **more, "key_ops": ["verify"]}


async def status(gateway: Gateway, alg: str, key: Any, registered: Any, **changes: Any) -> int:
    """Of a request with an assertion that is signed so."""
    await gateway.service(
        "health",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [registered]},
        **changes,
    )
    now = int(NOW.timestamp())
    claims = {"iss": "health", "sub": "health", "aud": ISSUER, "iat": now, "exp": now + 60}
    raw = json.dumps({**claims, "jti": secrets.token_hex(8)}).encode()
    signed = _SIGNS.encode(raw, key, alg)
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed, "token": "x"}
    async with gateway.browser() as http:
        return (await http.post("/introspect", data=form)).status_code


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("registered", [{}, {"alg": "EdDSA"}, {"alg": "Ed25519"}])
async def test_either_name_is_good_whichever_is_registered(
    gateway: Gateway, alg: str, registered: dict[str, str]
) -> None:
    only = {"token_endpoint_auth_signing_alg": "EdDSA"}
    assert await status(gateway, alg, KEY, jwk(KEY, **registered), **only) == 200


async def test_another_algorithm_that_is_registered_stays_the_only_one(gateway: Gateway) -> None:
    only = {"token_endpoint_auth_signing_alg": "ES256"}
    assert await status(gateway, "Ed25519", KEY, jwk(KEY), **only) == 401


async def test_it_is_the_name_of_one_curve_alone(gateway: Gateway) -> None:
    assert await status(gateway, "Ed448", KEY, jwk(KEY)) == 401


async def test_a_signature_of_the_other_curve_does_not_pass_under_it(gateway: Gateway) -> None:
    registered = {"keys": [jwk(KEY), jwk(LARGER_KEY, alg="EdDSA")]}
    client = await gateway.service("points", jwks=registered)
    signed = _SIGNS.encode(b"{}", LARGER_KEY, "Ed25519")
    with pytest.raises(BadJwtError):
        verify_signed(client, signed)
