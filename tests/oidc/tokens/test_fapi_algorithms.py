"""Whoever is held to FAPI 2.0 signs nothing, and is answered nothing, in a way the profile does not
know (FAPI 2.0 Security Profile §5.4.1)."""

import json
import secrets

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from gateway.oidc.signed_answers import INTROSPECTION
from gateway.tenants.protocol import JWT_BEARER
from tests.oidc.authorization.asking import KEYS
from tests.oidc.authorization.fapi import SECURITY, fapi_party
from tests.support.gateway import ISSUER, Gateway

pytestmark = pytest.mark.anyio
RSA = generate_private_key(65_537, 2048)
RSA_JWK = {**RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa"}
GRANTS = ("authorization_code", "refresh_token", JWT_BEARER)


async def test_an_introspection_that_asks_for_a_jwt_is_not_signed_with_rs256(
    gateway: Gateway,
) -> None:
    fapi = await fapi_party(gateway, dict(SECURITY))
    answer = await fapi.post(
        "/introspect", {"token": "unknown"}, Accept=f"application/{INTROSPECTION}"
    )
    assert jwt.get_unverified_header(answer.text)["alg"] == "PS256"


@pytest.mark.parametrize(
    ("alg", "why"),
    [("RS256", "is not signed in a way this client may use"), ("PS256", "names nobody")],
)
async def test_an_assertion_for_a_resident_is_not_signed_with_rs256(
    gateway: Gateway, alg: str, why: str
) -> None:
    keys = {"jwks": {"keys": [*KEYS["jwks"]["keys"], RSA_JWK]}}
    fapi = await fapi_party(gateway, {**SECURITY, **keys, "grant_types": GRANTS})
    now = int(gateway.clock().timestamp())
    claims = {"iss": "fapi", "sub": "K-1", "aud": ISSUER, "iat": now, "exp": now + 60}
    raw = json.dumps({**claims, "jti": secrets.token_hex(8)}).encode()
    signed = jwt.PyJWS().encode(raw, RSA, alg, headers={"kid": "rsa"})
    answer = await fapi.post("/token", {"grant_type": JWT_BEARER, "assertion": signed})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert why in answer.json()["error_description"]
