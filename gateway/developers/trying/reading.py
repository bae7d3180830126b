"""What a token says, and whether an ID token holds, as a service's library finds out."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from gateway.developers.trying.wishes import CLIENT_ID


@dataclass(frozen=True, slots=True)
class ReadToken:
    header: Mapping[str, Any]
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """OpenID Connect Core §3.1.3.7."""

    name: str
    holds: bool


def read_token(token: str) -> ReadToken | None:
    """Unverified; None for one that is no JWT: only the gateway can read it."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
    except (ValueError, binascii.Error):
        return None
    return ReadToken(header, claims)


def check_id_token(
    token: str, keys: Mapping[str, Any], issuer: str, nonce: str, now: datetime
) -> list[Check]:
    """With the keys of /jwks, in a library's order."""
    read = read_token(token)
    if read is None:
        return [Check("signature", holds=False)]
    claims = read.claims
    return [
        Check("signature", holds=_is_signed(token, read.header, keys)),
        Check("iss", holds=claims.get("iss") == issuer),
        Check("aud", holds=claims.get("aud") in (CLIENT_ID, [CLIENT_ID])),
        Check("exp", holds=claims.get("exp", 0) > now.timestamp()),
        Check("nonce", holds=claims.get("nonce") == nonce),
    ]


def _is_signed(token: str, header: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    try:
        key = jwt.PyJWKSet.from_dict(dict(keys))[header["kid"]]
        jwt.PyJWS().decode(token, key, algorithms=[header["alg"]])
    except (jwt.PyJWTError, KeyError):
        return False
    return bool(key.algorithm_name == header["alg"])


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
