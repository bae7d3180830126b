"""Finds residents by what a clerk has before them: whole values only, through keyed hashes and
unique keys. Nothing is opened, and no part of a value finds anybody."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import InvalidField
from gateway.keys.hashing import KeyedHash
from gateway.residents.attribute_hashes import name_birth_hash
from gateway.residents.common_id import parse_common_id
from gateway.residents.records import basic_attributes, links, residents

MAX_FOUND = 20


@dataclass(frozen=True, slots=True)
class ResidentSearch:
    """Every method gives resident IDs, the first registered first, at most MAX_FOUND."""

    keyed_hash: KeyedHash

    async def by_name(
        self, connection: AsyncConnection, *, name: str, birth_date: date | None
    ) -> tuple[str, ...]:
        """Spaces, letter case and width do not matter. None: the card has no whole birth date."""
        hashed = name_birth_hash(self.keyed_hash, name, birth_date)
        query = (
            sa.select(residents.c.resident_id)
            .join(basic_attributes, basic_attributes.c.resident_id == residents.c.resident_id)
            .where(basic_attributes.c.name_birth_hash == hashed)
            .order_by(residents.c.created_at, residents.c.resident_id)
            .limit(MAX_FOUND)
        )
        return _ids(await connection.execute(query))

    async def by_common_id(self, connection: AsyncConnection, text: str) -> tuple[str, ...]:
        """Raises InvalidField where the check character finds a slip."""
        common_id = parse_common_id(text)
        if common_id is None:
            raise InvalidField("common_id", "it is mistyped")
        query = sa.select(residents.c.resident_id).where(residents.c.common_id == common_id)
        return _ids(await connection.execute(query))

    async def by_local_id(
        self, connection: AsyncConnection, client_id: str, local_id: str
    ) -> tuple[str, ...]:
        """Who is linked now under a service's own ID."""
        query = sa.select(links.c.resident_id).where(
            links.c.client_id == client_id,
            links.c.local_id == local_id,
            links.c.ended_at.is_(None),
        )
        return _ids(await connection.execute(query))


def _ids(rows: sa.CursorResult[tuple[str]]) -> tuple[str, ...]:
    return tuple(row.resident_id for row in rows)
