"""Whom an assertion is for, and with what it may be signed: what is usual, and what FAPI 2.0 wants
(RFC 7523 §3, FAPI 2.0 Security Profile §5.3.2.1 and §5.4.1)."""

import json
import secrets
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import RSAAlgorithm

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, NOW, Gateway

pytestmark = pytest.mark.anyio
KEY = generate_private_key(SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FAPI = {
    "security_profile": "fapi2_security",
    "dpop_bound_access_tokens": True,
    "require_pushed_authorization_requests": True,
}


def rsa_jwk() -> dict[str, Any]:
    jwk = RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "n", "e")}


async def service(gateway: Gateway, **changes: Any) -> None:
    keys = {"keys": [public_jwk(KEY), rsa_jwk()]}
    method = "private_key_jwt"
    await gateway.service("health", token_endpoint_auth_method=method, jwks=keys, **changes)


async def post(
    gateway: Gateway, audience: object, path: str = "/introspect", alg: str = "ES256"
) -> httpx2.Response:
    now = int(NOW.timestamp())
    claims = {"iss": "health", "sub": "health", "aud": audience, "iat": now, "exp": now + 60}
    key = KEY if alg == "ES256" else RSA_KEY
    raw = json.dumps({**claims, "jti": secrets.token_hex(8)}).encode()
    signed = jwt.PyJWS().encode(raw, key, alg)
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed, "token": "x"}
    async with gateway.browser() as http:
        return await http.post(path, data=form)


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
async def test_the_endpoint_that_is_called_is_one(gateway: Gateway, path: str) -> None:
    await service(gateway)
    for good in (ISSUER, f"{ISSUER}/token", f"{ISSUER}{path}", [ISSUER, f"{ISSUER}{path}"]):
        assert (await post(gateway, good, path)).status_code == 200, good
    for bad in (
        f"{ISSUER}/",
        f"{ISSUER}/authorize",
        f"{ISSUER}/par",
        [ISSUER, "https://x.example"],
    ):
        assert (await post(gateway, bad, path)).status_code == 401, bad


async def test_for_fapi_it_is_the_issuer_and_nothing_else(gateway: Gateway) -> None:
    await service(gateway, **FAPI)
    assert (await post(gateway, ISSUER)).status_code == 200
    for bad in ([ISSUER], f"{ISSUER}/token", f"{ISSUER}/introspect", f"{ISSUER}/", None):
        answer = await post(gateway, bad)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), bad


async def test_for_fapi_rs256_is_no_signature(gateway: Gateway) -> None:
    await service(gateway)
    assert (await post(gateway, ISSUER, alg="RS256")).status_code == 200
    await service(gateway, **FAPI)
    assert (await post(gateway, ISSUER, alg="RS256")).status_code == 401
    assert (await post(gateway, ISSUER, alg="PS256")).status_code == 200


async def test_who_names_an_algorithm_signs_with_it(gateway: Gateway) -> None:
    await service(gateway, token_endpoint_auth_signing_alg="PS256")
    found = [
        (await post(gateway, ISSUER, alg=alg)).status_code for alg in ("PS256", "ES256", "RS256")
    ]
    assert found == [200, 401, 401]
