"""private_key_jwt: the gateway's signed statement that it is itself (RFC 7523 §3)."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from plugins.verification_service.client_key import AssertionKey

LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PrivateKeyJwt:
    client_id: str
    token_url: str
    scope: str
    algorithm: str
    key_id: str
    """`kid` in the assertion's header; empty: none."""
    key: AssertionKey = field(repr=False)


def make_assertion(client: PrivateKeyJwt, now: datetime) -> str:
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": client.token_url,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    headers = {"kid": client.key_id} if client.key_id else None
    return jwt.encode(claims, client.key, algorithm=client.algorithm, headers=headers)
