"""Somebody who reads the provider's metadata and uses what it says: a town behind a proxy that
hands on certificates, with everything switched on, and a resident who came with a card."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.residents.model import Resident
from gateway.settings import Settings
from gateway.virtual.card import VirtualCard
from tests.oidc.clients.conftest import PROXY, behind_proxy
from tests.oidc.verified.telling import WORDS
from tests.support.certificates import in_client_cert, new_certificate
from tests.support.gateway import ISSUER, WITH_COMMON_ID, Gateway, MovableClock
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty
from tests.support.town import Town

DN = "CN=walker,O=Hanasaki,C=JP"
P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
KEYS: Mapping[str, Any] = {
    "ES256": P256,
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "PS256": RSA,
    "RS256": RSA,
    "EdDSA": ED25519,
    "Ed25519": ED25519,
}
CERTIFICATE = new_certificate(DN, key=P256)


@dataclass(slots=True)
class Walk:
    gateway: Gateway
    told: dict[str, Any]
    """The metadata."""
    town: Town
    card: VirtualCard
    browser: httpx2.AsyncClient
    """The resident's, who is signed in."""
    resident: Resident
    parties: int = 0

    async def party(self, **metadata: Any) -> RelyingParty:
        """A new service, which the resident has agreed to."""
        self.parties += 1
        client = await self.gateway.service(f"walker-{self.parties}", **metadata)
        agreed = f"{WITH_COMMON_ID['scope']} verified_claims"
        await self.gateway.consent(client, self.resident, agreed)
        return RelyingParty(self.gateway, client)

    async def call(
        self, party: RelyingParty, path: str, form: Mapping[str, str], alg: str | None = None
    ) -> httpx2.Response:
        """As this client is registered to prove itself; `alg`: what it signs that with."""
        method, me = party.client.token_endpoint_auth_method, party.client.client_id
        sent, headers = dict(form), {"X-Forwarded-For": "198.51.100.7"}
        auth: Any = httpx2.USE_CLIENT_DEFAULT
        match method:
            case "client_secret_basic":
                auth = party.credentials
            case "client_secret_post":
                sent |= {"client_id": me, "client_secret": party.credentials[1]}
            case "client_secret_jwt":
                claims, secret = self.about(me, sub=me), party.credentials[1]
                sent |= {"client_assertion": jwt.encode(claims, secret, alg or "HS256")}
            case "private_key_jwt":
                sent |= {"client_assertion": self.signed(alg or "ES256", self.about(me, sub=me))}
            case "none":
                sent |= {"client_id": me}
            case "tls_client_auth" | "self_signed_tls_client_auth":
                sent |= {"client_id": me}
                headers["Client-Cert"] = in_client_cert(CERTIFICATE)
        if "client_assertion" in sent:
            sent["client_assertion_type"] = ASSERTION_TYPE
        async with self.gateway.browser(PROXY) as http:
            return await http.post(path, data=sent, headers=headers, auth=auth)

    def about(self, issuer: str, **claims: Any) -> dict[str, Any]:
        """What a client says of what it signs."""
        now = int(self.gateway.clock().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + 60}
        return {"iss": issuer, "aud": ISSUER, **times, "jti": secrets.token_hex(8), **claims}

    def signed(self, alg: str, claims: Mapping[str, Any], **header: Any) -> str:
        maker = ProofMaker(self.gateway.clock, KEYS[alg], alg)
        return maker.signed({"alg": alg, **header}, claims)


Use = Callable[[Walk, Any], Awaitable[None]]
"""Uses all that a member says; fails where it is not so."""
Uses = Mapping[str, Use]


def jwks(*algorithms: str) -> dict[str, Any]:
    """The public keys for these; for all that there are."""
    keys: list[dict[str, Any]] = []
    for alg in algorithms or KEYS:
        key = ProofMaker(MovableClock(), KEYS[alg], alg).jwk
        if key not in keys:
            keys.append(key)
    return {"jwks": {"keys": keys}}


NEEDED: Mapping[str, Mapping[str, Any]] = {
    "private_key_jwt": jwks(),
    "self_signed_tls_client_auth": jwks("ES256"),
    "tls_client_auth": {"tls_client_auth_subject_dn": DN},
}
"""What is registered besides a method."""


def everything(settings: Settings) -> Settings:
    replace = msgspec.structs.replace
    oidc = replace(settings.oidc, session_management=True, **WORDS)
    return replace(behind_proxy(settings), oidc=oidc)


def ok(answer: httpx2.Response, status: int = 200) -> Any:
    """Its JSON."""
    assert answer.status_code == status, answer.text
    return answer.json()
