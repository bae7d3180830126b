"""基本4情報 at rest: sealed for their resident, found again by keyed hash only."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import BasicAttributes
from gateway.keys.hashing import KeyedHash
from gateway.keys.sealing import Sealed, Sealer
from gateway.residents.records import basic_attributes

_SEALED = sa.select(basic_attributes.c.wrapped_key, basic_attributes.c.ciphertext).where(
    basic_attributes.c.resident_id == sa.bindparam("resident_id")
)


class SealedAttributes:
    def __init__(self, keyed_hash: KeyedHash, sealer: Sealer) -> None:
        self._keyed_hash = keyed_hash
        self._sealer = sealer

    def hash(self, attributes: BasicAttributes) -> str:
        """Equal for two people with the same four attributes."""
        four = (attributes.name, attributes.birth_date, attributes.gender, attributes.address)
        return self._keyed_hash.hash("basic-attributes", *(part or "" for part in four))

    async def read(self, connection: AsyncConnection, resident_id: str) -> BasicAttributes | None:
        found = await connection.execute(_SEALED, {"resident_id": resident_id})
        row = found.one_or_none()
        if row is None:
            return None
        plain = self._sealer.open(resident_id, Sealed(row.wrapped_key, row.ciphertext))
        return msgspec.json.decode(plain, type=BasicAttributes)

    async def keep(
        self,
        connection: AsyncConnection,
        resident_id: str,
        attributes: BasicAttributes,
        now: datetime,
    ) -> None:
        """Sealed anew under a data key of its own: the old key is overwritten with the old text."""
        sealed = self._sealer.seal(resident_id, msgspec.json.encode(attributes))
        row = {
            "wrapped_key": sealed.wrapped_key,
            "ciphertext": sealed.ciphertext,
            "attributes_hash": self.hash(attributes),
            "read_at": now,
        }
        changed = await connection.execute(
            basic_attributes.update()
            .where(basic_attributes.c.resident_id == resident_id)
            .values(row)
        )
        if changed.rowcount == 0:
            row["resident_id"] = resident_id
            await connection.execute(basic_attributes.insert().values(row))
