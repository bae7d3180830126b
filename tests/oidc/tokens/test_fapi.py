"""What FAPI 2.0 wants of tokens: bound to a key, and refreshed without rotation (Security Profile
§5.3.2.1)."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.tenants.model import Client
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, Gateway
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
KEY = generate_private_key(SECP256R1())
FAPI: Mapping[str, Any] = {
    "security_profile": "fapi2_security",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [public_jwk(KEY)]},
    "dpop_bound_access_tokens": True,
    "require_pushed_authorization_requests": True,
}


@dataclass(slots=True)
class FapiParty:
    gateway: Gateway
    client: Client
    maker: ProofMaker

    async def post(
        self, path: str, form: Mapping[str, str], *, proven: bool = True
    ) -> httpx2.Response:
        now = int(self.gateway.clock().timestamp())
        claims = {"iss": "health", "sub": "health", "aud": ISSUER, "iat": now, "exp": now + 60}
        raw = json.dumps({**claims, "jti": secrets.token_hex(8)}).encode()
        assertion = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.PyJWS().encode(raw, KEY, "ES256"),
        }
        headers = {"DPoP": self.maker.proof("POST", path)} if proven else {}
        async with self.gateway.browser() as http:
            answer = await http.post(path, data={**form, **assertion}, headers=headers)
        self.maker.nonce = answer.headers.get("dpop-nonce", self.maker.nonce)
        return answer

    async def refresh(self, refresh_token: str, *, proven: bool = True) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.post("/token", form, proven=proven)


@pytest.fixture
async def fapi(gateway: Gateway) -> FapiParty:
    client = await gateway.service("health", **FAPI)
    party = FapiParty(gateway, client, ProofMaker(gateway.clock))
    await party.post("/token", {"grant_type": "refresh_token"})  # to learn a nonce
    return party


async def signed_in(fapi: FapiParty) -> httpx2.Response:
    """The answer of /token, at the end of a sign-in."""
    party = RelyingParty(fapi.gateway, fapi.client)
    pushed = await fapi.post("/par", party.authorization_request())
    assert pushed.status_code == 201, pushed.text
    resident = await fapi.gateway.resident()
    await fapi.gateway.consent(fapi.client, resident)
    async with fapi.gateway.browser() as browser:
        await fapi.gateway.sign_in(browser, resident)
        named = {"client_id": "health", "request_uri": pushed.json()["request_uri"]}
        code = redirected(await browser.get("/authorize", params=named))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect_uri}
    return await fapi.post("/token", {**form, "code_verifier": party.verifier})


async def test_a_refresh_token_stays_good_and_no_other_is_given(fapi: FapiParty) -> None:
    tokens = (await signed_in(fapi)).json()
    for _ in range(3):
        answer = await fapi.refresh(tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        assert "refresh_token" not in answer.json()
        assert payload(answer.json()["access_token"])["cnf"] == {"jkt": fapi.maker.jkt}


async def test_it_ends_with_its_family(fapi: FapiParty) -> None:
    tokens = (await signed_in(fapi)).json()
    await fapi.post("/revoke", {"token": tokens["refresh_token"]}, proven=False)
    answer = await fapi.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_it_is_of_no_use_without_a_proof(fapi: FapiParty) -> None:
    tokens = (await signed_in(fapi)).json()
    answer = await fapi.refresh(tokens["refresh_token"], proven=False)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert (await fapi.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_code_is_bound_to_the_key_that_was_proven_when_it_was_asked_for(
    fapi: FapiParty,
) -> None:
    party = RelyingParty(fapi.gateway, fapi.client)
    other = "x" * 43
    refused = await fapi.post("/par", party.authorization_request(dpop_jkt=other))
    assert refused.status_code == 400
    same = await fapi.post("/par", party.authorization_request(dpop_jkt=fapi.maker.jkt))
    assert same.status_code == 201
    assert (await signed_in(fapi)).status_code == 200
