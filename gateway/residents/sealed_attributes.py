"""基本4情報 at rest: sealed for their resident, found again by keyed hash only."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import BasicAttributes
from gateway.keys.hashing import KeyedHash
from gateway.keys.sealing import Sealed, Sealer
from gateway.residents.attribute_hashes import attributes_hash, name_birth_hash
from gateway.residents.proofing import Proofing, as_stored, from_stored
from gateway.residents.records import basic_attributes

_SEALED = sa.select(
    basic_attributes.c.wrapped_key,
    basic_attributes.c.ciphertext,
    basic_attributes.c.name_birth_hash,
).where(basic_attributes.c.resident_id == sa.bindparam("resident_id"))
# Both by one statement: a visit meanwhile may bring others, proven otherwise.
_SEALED_AND_PROVEN = _SEALED.add_columns(basic_attributes.c.proofing)


@dataclass(frozen=True, slots=True)
class Opened:
    attributes: BasicAttributes
    is_searchable: bool
    """False for a row of schema 0001: `make_searchable` mends it."""
    proofing: Proofing | None = None
    """Where it was asked for, and is known."""


class SealedAttributes:
    def __init__(self, keyed_hash: KeyedHash, sealer: Sealer) -> None:
        self._keyed_hash = keyed_hash
        self._sealer = sealer

    def hash(self, attributes: BasicAttributes) -> str:
        """Equal for two people with the same four attributes."""
        return attributes_hash(
            self._keyed_hash,
            attributes.name,
            attributes.birth_date,
            attributes.gender,
            attributes.address,
        )

    async def read(
        self, connection: AsyncConnection, resident_id: str, *, with_proofing: bool = False
    ) -> Opened | None:
        query = _SEALED_AND_PROVEN if with_proofing else _SEALED
        row = (await connection.execute(query, {"resident_id": resident_id})).one_or_none()
        if row is None:
            return None
        plain = self._sealer.open(resident_id, Sealed(row.wrapped_key, row.ciphertext))
        attributes = msgspec.json.decode(plain, type=BasicAttributes)
        proofing = from_stored(row.proofing) if with_proofing else None
        return Opened(attributes, row.name_birth_hash is not None, proofing)

    async def make_searchable(
        self, connection: AsyncConnection, resident_id: str, attributes: BasicAttributes
    ) -> None:
        await connection.execute(
            basic_attributes.update()
            .where(
                basic_attributes.c.resident_id == resident_id,
                basic_attributes.c.name_birth_hash.is_(None),
            )
            .values(name_birth_hash=self._name_birth_hash(attributes))
        )

    async def keep(
        self,
        connection: AsyncConnection,
        resident_id: str,
        attributes: BasicAttributes,
        proofing: Proofing | None,
        now: datetime,
    ) -> None:
        """Sealed anew under a data key of its own: the old key is overwritten with the old text."""
        sealed = self._sealer.seal(resident_id, msgspec.json.encode(attributes))
        row = {
            "wrapped_key": sealed.wrapped_key,
            "ciphertext": sealed.ciphertext,
            "attributes_hash": self.hash(attributes),
            "name_birth_hash": self._name_birth_hash(attributes),
            "read_at": now,
            "proofing": as_stored(proofing),
        }
        changed = await connection.execute(
            basic_attributes.update()
            .where(basic_attributes.c.resident_id == resident_id)
            .values(row)
        )
        if changed.rowcount == 0:
            row["resident_id"] = resident_id
            await connection.execute(basic_attributes.insert().values(row))

    def _name_birth_hash(self, attributes: BasicAttributes) -> str:
        return name_birth_hash(self._keyed_hash, attributes.name, attributes.birthday)
