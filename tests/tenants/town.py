"""Good tenants and clients, from which a test takes one and makes one thing wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import Tenant

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
UNDO = timedelta(days=30)
OVERLAP = timedelta(days=7)
HANASAKI = Tenant("hanasaki", "花咲町", "Hanasaki Town")
MINATO = Tenant("minato", "湊市", "Minato City")
SECRET = "a-secret-of-forty-three-random-characters-x"

SERVICE: dict[str, Any] = {
    "client_name_ja": "健康アプリ",
    "client_name_en": "Health",
    "purpose_ja": "健診のご案内のため",
    "purpose_en": "To invite you to check-ups",
    "redirect_uris": ["https://health.example/callback"],
    "post_logout_redirect_uris": ["https://health.example/"],
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile link",
}
READER: dict[str, Any] = {
    "client_name_ja": "窓口1番",
    "client_name_en": "Counter 1",
    "purpose_ja": "窓口での本人確認",
    "purpose_en": "Identification at the counter",
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["client_credentials"],
    "scope": "card:verify",
}


def metadata(good: dict[str, Any], **change: Any) -> ClientMetadata:
    """A change to None takes the member away."""
    members = {name: value for name, value in {**good, **change}.items() if value is not None}
    return msgspec.convert(members, ClientMetadata)


def new_jwk() -> dict[str, Any]:
    """A public key, as a service would register it."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    jwk = ECAlgorithm.to_jwk(key, as_dict=True)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}
