"""JSON can say half a character (`\\ud800`) and NUL: no store takes the one, and not every store
the other. Whoever signs such a thing is refused like anybody who is malformed."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.tenants.protocol import CIBA, JWT_BEARER
from tests.oidc.bad_input.workers import Workers
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.proofs import ProofMaker

pytestmark = pytest.mark.anyio
KEY = generate_private_key(SECP256R1())
SECONDS = int(NOW.timestamp())
HALF, NUL = "\ud800", "\0"
LOCAL_ID = "H-0001"


def signed(**claims: Any) -> str:
    times = {"iat": SECONDS, "nbf": SECONDS, "exp": SECONDS + 60, "jti": secrets.token_hex(8)}
    told = {"iss": "health", "aud": ISSUER, **times, **claims}
    return jwt.PyJWS().encode(json.dumps(told).encode(), KEY, "ES256")


def assertion(**changes: Any) -> dict[str, str]:
    proof = signed(**{"sub": "health", **changes})
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof}


@pytest.fixture
async def gateway(workers: Workers) -> Gateway:
    """With a service that signs all that can be signed."""
    gateway = workers.first
    await gateway.service(
        "health",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [public_jwk(KEY)]},
        grant_types=("authorization_code", CIBA, JWT_BEARER),
        backchannel_token_delivery_mode="poll",
        backchannel_authentication_request_signing_alg="ES256",
    )
    resident = await gateway.resident()
    await gateway.provider.links.put("health", resident.resident_id, LOCAL_ID, NOW)
    return gateway


async def post(gateway: Gateway, path: str, form: Mapping[str, str], proof: str = "") -> Any:
    headers = {"DPoP": proof} if proof else {}
    async with gateway.browser() as http:
        answer: httpx2.Response = await http.post(path, data=dict(form), headers=headers)
    return answer.status_code, answer.json().get("error")


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "aud", "more"])
async def test_half_a_character_in_a_client_assertion(gateway: Gateway, claim: str) -> None:
    form = {"token": "x", **assertion(**{claim: HALF})}
    assert await post(gateway, "/introspect", form) == (401, "invalid_client")


@pytest.mark.parametrize("claim", ["sub", "jti", "aud", "more"])
async def test_half_a_character_in_a_bearer_assertion(gateway: Gateway, claim: str) -> None:
    bought = signed(**{"sub": LOCAL_ID, claim: HALF})
    form = {"grant_type": JWT_BEARER, "assertion": bought, **assertion()}
    assert await post(gateway, "/token", form) == (400, "invalid_grant")


@pytest.mark.parametrize("claim", ["jti", "acr_values", "binding_message", "login_hint", "more"])
async def test_half_a_character_in_a_counters_request(gateway: Gateway, claim: str) -> None:
    request = signed(**{"scope": "openid", "login_hint": LOCAL_ID, claim: HALF})
    form = {"request": request, **assertion()}
    assert await post(gateway, "/bc-authorize", form) == (400, "invalid_request")


@pytest.mark.parametrize("claim", ["jti", "nonce", "htu", "more"])
async def test_half_a_character_in_a_proof(gateway: Gateway, claim: str) -> None:
    changes: dict[str, Any] = {claim: HALF}
    proof = ProofMaker(gateway.clock).proof(**changes)
    form = {"grant_type": "authorization_code", **assertion()}
    assert await post(gateway, "/token", form, proof) == (400, "invalid_dpop_proof")


async def test_nobody_is_found_under_a_nul(gateway: Gateway) -> None:
    form = {"grant_type": JWT_BEARER, "assertion": signed(sub=NUL), **assertion()}
    assert await post(gateway, "/token", form) == (400, "invalid_grant")
    form = {"request": signed(scope="openid", login_hint=NUL), **assertion()}
    assert await post(gateway, "/bc-authorize", form) == (400, "unknown_user_id")
    form = {"token": "x", **assertion(iss=NUL, sub=NUL)}
    assert await post(gateway, "/introspect", form) == (401, "invalid_client")


async def test_a_nul_that_means_nothing_to_a_store_does_no_harm(gateway: Gateway) -> None:
    form = {"token": "x", **assertion(jti=NUL)}
    assert await post(gateway, "/introspect", form) == (200, None)
    wish = {"userinfo": {"name": {"value": NUL}}, "id_token": {"acr": {"value": NUL}}}
    form = {
        "response_type": "code",
        "redirect_uri": "https://health.example.test/callback",
        "scope": "openid",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
        "claims": json.dumps(wish),
        **assertion(),
    }
    assert await post(gateway, "/par", form) == (201, None)
