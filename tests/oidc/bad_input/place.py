"""A town in which a service may do all there is, and a resident has agreed to it."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.consent.details import AgreedDetail, DataFlow
from gateway.residents.model import Resident
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.oidc.bad_input.doors import Recorder
from tests.oidc.bad_input.rows import Form
from tests.oidc.delegation.flows import DATA, HEALTH_API, WELFARE_API, flow
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty

KEY = generate_private_key(SECP256R1())
LOCAL_ID = "H-0001"
FLOW = json.dumps([flow(WELFARE_API)])
FORM = "application/x-www-form-urlencoded"
EVERYTHING: dict[str, Any] = {
    "jwks": {"keys": [public_jwk(KEY)]},
    "grant_types": (
        *("authorization_code", "refresh_token"),
        *(DEVICE_CODE, CIBA, TOKEN_EXCHANGE, JWT_BEARER),
    ),
    "backchannel_token_delivery_mode": "poll",
    "resources": (HEALTH_API,),
    "allowed_resources": (WELFARE_API,),
    "authorization_details_types": ("urn:genkan:data-flow",),
}


def signed(gateway: Gateway, typ: str | None = None, **claims: Any) -> str:
    """By the service's key, for the gateway and this minute; a claim of None is left out."""
    now = int(gateway.clock().timestamp())
    good = {"iss": "health", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60}
    told = good | {"jti": secrets.token_hex(8)} | claims
    said = {name: value for name, value in told.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(said).encode(), KEY, "ES256", headers={"typ": typ or ""})


@dataclass(slots=True)
class Place:
    gateway: Gateway
    health: RelyingParty
    resident: Resident
    browser: httpx2.AsyncClient
    recorder: Recorder
    tries: int = 0

    async def post(self, path: str, body: str) -> httpx2.Response:
        """As the service, from somewhere else each time: who guesses has to wait."""
        self.tries += 1
        address = f"10.0.{self.tries >> 8}.{self.tries & 255}"
        async with self.gateway.browser(address) as http:
            return await http.post(
                path, content=body, headers={"content-type": FORM}, auth=self.health.credentials
            )

    async def tokens(self, **changes: str | None) -> dict[str, Any]:
        return await self.health.tokens(self.browser, **changes)

    async def code(self) -> Form:
        return {
            "grant_type": "authorization_code",
            "code": await self.health.code(
                self.browser, authorization_details=FLOW, resource=HEALTH_API
            ),
            "redirect_uri": self.health.redirect_uri,
            "code_verifier": self.health.verifier,
        }


@pytest.fixture
async def place(gateway: Gateway, recorder: Recorder) -> Place:
    client = await gateway.service("health", **EVERYTHING)
    welfare = await gateway.service("welfare", resources=(WELFARE_API,), datatypes=DATA)
    resident, browser = await gateway.resident(), gateway.browser()
    await gateway.sign_in(browser, resident)
    said = flow(WELFARE_API).items()
    known: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in said}
    await gateway.provider.consents.give(
        "health",
        resident.resident_id,
        client.scope,
        gateway.clock(),
        details=[AgreedDetail(DataFlow(**known), welfare.client_id)],
    )
    await gateway.provider.links.put("health", resident.resident_id, LOCAL_ID, gateway.clock())
    gateway.clock.forward(seconds=5)
    return Place(gateway, RelyingParty(gateway, client), resident, browser, recorder)
