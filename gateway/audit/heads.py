"""A signed head: what is said about a batch of log entries, chained to the one before it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.records import seals
from gateway.keys.model import ALGORITHMS

TYP = "genkan-seal+jwt"
ALG = "ES256"

_MALFORMED = (jwt.PyJWTError, ValueError, KeyError, TypeError, RecursionError)

PublicKeys = Mapping[str, jwt.PyJWK]
"""By kid."""


class InvalidHeadError(Exception):
    """Not a head that one of the keys signed."""


@dataclass(frozen=True, slots=True)
class Head:
    seal_id: int
    first_entry: int
    last_entry: int
    count: int
    """Fewer than the numbers between the two where a transaction took one and was rolled back."""
    root: str
    """The Merkle root over the entries' bytes, hexadecimal."""
    previous: str | None
    """`digest` of the signed head before this one; None in the first."""
    sealed_at: datetime

    def claims(self) -> dict[str, object]:
        return {
            "seal_id": self.seal_id,
            "first_entry": self.first_entry,
            "last_entry": self.last_entry,
            "count": self.count,
            "root": self.root,
            "previous": self.previous,
            "sealed_at": self.sealed_at.isoformat(timespec="microseconds"),
        }


@dataclass(frozen=True, slots=True)
class Seal:
    head: Head
    signed_head: str


def digest(signed_head: str) -> str:
    return hashlib.sha256(signed_head.encode()).hexdigest()


def public_keys(jwks: Sequence[Mapping[str, Any]]) -> PublicKeys:
    """Of a JWK Set's `keys` those that heads may be signed with. ValueError where one of these
    cannot be read."""
    usable = [dict(jwk) for jwk in jwks if jwk.get("alg") in ALGORITHMS and jwk.get("kid")]
    try:
        return {jwk["kid"]: jwt.PyJWK(jwk) for jwk in usable}
    except jwt.PyJWTError as cause:
        raise ValueError("a key that cannot be read") from cause


def open_head(signed_head: str, keys: PublicKeys) -> Head:
    """Raises InvalidHeadError."""
    try:
        header = jwt.get_unverified_header(signed_head)
        key = keys[header["kid"]]
        # The algorithm is the key's, never the header's word alone (RFC 8725 §3.1).
        algorithm = key.algorithm_name
        payload = jwt.PyJWS(algorithms=list(ALGORITHMS)).decode(signed_head, key, [algorithm])
        if header.get("typ") != TYP:
            raise InvalidHeadError("a signature of another kind")
        return msgspec.json.decode(payload, type=Head)
    except _MALFORMED as cause:
        raise InvalidHeadError("not signed with any of the keys") from cause


async def newest_heads(connection: AsyncConnection, count: int | None) -> list[str]:
    """Oldest first; all, where no number is given."""
    c = seals.c
    found = await connection.execute(
        sa.select(c.signed_head).order_by(c.seal_id.desc()).limit(count)
    )
    return list(found.scalars())[::-1]
