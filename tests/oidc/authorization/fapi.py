"""A service held to FAPI 2.0: proves itself by its key, pushes, and binds its tokens to a key."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt

from gateway.tenants.model import Client
from tests.oidc.authorization.asking import KEY, KEYS
from tests.support.gateway import ISSUER, Gateway
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECURITY: dict[str, Any] = {
    **KEYS,
    "security_profile": "fapi2_security",
    "token_endpoint_auth_method": "private_key_jwt",
    "dpop_bound_access_tokens": True,
    "require_pushed_authorization_requests": True,
}
MESSAGE_SIGNING: dict[str, Any] = {
    **SECURITY,
    "security_profile": "fapi2_message_signing",
    "require_signed_request_object": True,
    "introspection_signed_response_alg": "ES256",
}


@dataclass(slots=True)
class FapiParty:
    gateway: Gateway
    client: Client
    maker: ProofMaker

    @property
    def party(self) -> RelyingParty:
        party = RelyingParty(self.gateway, self.client)
        party.verifier = "v" * 43
        return party

    def assertion(self, **changes: Any) -> str:
        now = int(self.gateway.clock().timestamp())
        me = self.client.client_id
        good = {
            "iss": me,
            "sub": me,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        return jwt.PyJWS().encode(json.dumps(good | changes).encode(), KEY, "ES256")

    async def post(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        """With a proof made with the nonce the gateway told last."""
        proven = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        sent = {"DPoP": self.maker.proof("POST", path), **headers}
        async with self.gateway.browser() as http:
            answer = await http.post(path, data={**form, **proven}, headers=sent)
        if "dpop-nonce" in answer.headers:
            self.maker.nonce = answer.headers["dpop-nonce"]
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            return await self.post(path, form, **headers)
        return answer

    async def push(self, **changes: str | None) -> httpx2.Response:
        return await self.post("/par", self.party.authorization_request(**changes))

    async def redeem(self, code: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uris[0],
            "code_verifier": "v" * 43,
        }
        return await self.post("/token", form)


async def fapi_party(gateway: Gateway, registered: dict[str, Any]) -> FapiParty:
    client = await gateway.service("fapi", **registered)
    return FapiParty(gateway, client, ProofMaker(gateway.clock))
