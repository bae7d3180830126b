"""A developer whose program registers services, with a token that an operator made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from gateway.tenants.initial_tokens import NewInitialToken, SoftwareIssuer, make_initial_token
from gateway.tenants.model import Tenant
from tests.support.gateway import Gateway

GOOD: Mapping[str, Any] = {
    "client_name": "Booking",
    "client_name#ja": "健診予約",
    "purpose_ja": "健診の予約",
    "purpose_en": "Booking check-ups",
    "redirect_uris": ["https://booking.example.test/callback"],
}
"""The least that is registered."""
ISSUER = "https://software.example.test"


@dataclass(slots=True)
class Developer:
    gateway: Gateway
    token: str

    async def register(self, **changes: Any) -> httpx2.Response:
        """A change to ... leaves the member out."""
        return await self.post(members(**changes))

    async def post(self, body: object) -> httpx2.Response:
        return await self.call("POST", "/register", self.token, json=body)

    async def registered(self, **changes: Any) -> dict[str, Any]:
        answer = await self.register(**changes)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def manage(
        self, method: str, registration: Mapping[str, Any], **arguments: Any
    ) -> httpx2.Response:
        """By the token and at the address that the registration was answered with."""
        path = registration["registration_client_uri"].removeprefix("https://id.example.test")
        token = registration["registration_access_token"]
        return await self.call(method, path, token, **arguments)

    async def change(self, registration: Mapping[str, Any], **changes: Any) -> httpx2.Response:
        return await self.manage("PUT", registration, json=sent_back(registration, **changes))

    async def call(
        self,
        method: str,
        path: str,
        token: str | None,
        media_type: str | None = None,
        **arguments: Any,
    ) -> httpx2.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers |= {} if media_type is None else {"Content-Type": media_type}
        async with self.gateway.browser("198.51.100.7") as http:
            return await http.request(method, path, headers=headers, **arguments)


async def developer(
    gateway: Gateway,
    *,
    scope: str = "openid profile",
    uses: int = 20,
    days: float = 7,
    software: SoftwareIssuer | None = None,
    tenant_id: str = "hanasaki",
) -> Developer:
    now = gateway.clock()
    await gateway.provider.clients.register_tenant(Tenant(tenant_id, "町", "Town"), now)
    new = NewInitialToken("花咲ソフト", scope, timedelta(days=days), uses, software)
    async with gateway.provider.records.writing() as connection:
        _, token = await make_initial_token(
            connection, gateway.provider.keyed_hash, tenant_id, new, "o" * 32, now
        )
    return Developer(gateway, token)


def members(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}


def sent_back(registration: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """What was told, as RFC 7592 §2.2 has it sent back."""
    never = (
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    )
    kept = {name: value for name, value in registration.items() if name not in never}
    return {name: value for name, value in {**kept, **changes}.items() if value is not ...}


def new_key() -> tuple[ec.EllipticCurvePrivateKey, dict[str, Any]]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


def statement(key: ec.EllipticCurvePrivateKey, **claims: Any) -> str:
    """A change to ... leaves the claim out."""
    said = {"iss": ISSUER, **claims}
    kept = {name: value for name, value in said.items() if value is not ...}
    return jwt.PyJWS().encode(json.dumps(kept).encode(), key, "ES256")
