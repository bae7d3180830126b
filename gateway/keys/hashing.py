"""Keyed hashes: how something is found again without being kept."""

import base64
import hmac
import secrets

import sqlalchemy as sa

from gateway.keys.master import MasterKey
from gateway.keys.records import secrets as secrets_table
from gateway.store.api import Records

_NAME = "keyed-hash"
_PURPOSE = "secret:keyed-hash"


class KeyedHash:
    """HMAC-SHA256 under a secret of this gateway's own (RFC 2104)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hash(self, purpose: str, *parts: str | bytes) -> str:
        """43 characters of base64url. Every part is preceded by its length, so that no two lists
        of parts are the same bytes."""
        message = bytearray()
        for part in (purpose, *parts):
            raw = part.encode() if isinstance(part, str) else part
            message += len(raw).to_bytes(4, "big") + raw
        digest = hmac.digest(self._key, bytes(message), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def load_keyed_hash(records: Records, master: MasterKey) -> KeyedHash:
    """The secret is random, made once and kept wrapped: it outlives a change of the master key, and
    with it pairwise subjects and keyed hashes do."""
    wrapped = await _find(records)
    if wrapped is None:
        fresh = master.wrap(secrets.token_bytes(32), _PURPOSE)
        try:
            async with records.writing() as connection:
                await connection.execute(secrets_table.insert().values(name=_NAME, wrapped=fresh))
            wrapped = fresh
        except sa.exc.IntegrityError:
            wrapped = await _find(records)  # another worker made it first
    if wrapped is None:
        raise LookupError("the keyed-hash secret cannot be read back")
    return KeyedHash(master.unwrap(wrapped, _PURPOSE))


async def _find(records: Records) -> bytes | None:
    async with records.reading() as connection:
        row = await connection.execute(
            sa.select(secrets_table.c.wrapped).where(secrets_table.c.name == _NAME)
        )
        found: bytes | None = row.scalar_one_or_none()
        return found
