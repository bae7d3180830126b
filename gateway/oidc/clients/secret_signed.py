"""A JWT that a client signed with the secret it shares with us (OpenID Connect Core §10.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from gateway.oidc.clients.signed_jwt import MAX_LENGTH, BadJwtError, unverified_claims

ALGORITHM = "HS256"
_JWS = jwt.PyJWS(algorithms=[ALGORITHM])


def verify_by_secret(secrets: Sequence[str], unverified_jwt: str) -> Mapping[str, Any]:
    """Its claims. `secrets`: the present one and, while it is good, the one before. Raises
    BadJwtError."""
    if len(unverified_jwt) > MAX_LENGTH:
        raise BadJwtError("is too long")
    for secret in secrets:
        try:
            _JWS.decode(unverified_jwt, secret, [ALGORITHM])
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            continue
        return unverified_claims(unverified_jwt)  # verified by now
    raise BadJwtError("is not signed with the client's secret")
