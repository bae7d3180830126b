"""ID連携: one local ID is one resident within a service, both ways. Ended links are kept."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from gateway.errors import NoSuchThing
from gateway.residents.model import Link
from gateway.residents.records import is_active, links
from gateway.store.api import Also, Records, nothing_else

_CURRENT = sa.select(links.c.local_id, links.c.linked_at).where(
    links.c.client_id == sa.bindparam("client_id"),
    links.c.resident_id == sa.bindparam("resident_id"),
    links.c.ended_at.is_(None),
)
_CURRENT_OF_LOCAL_ID = sa.select(links.c.resident_id).where(
    links.c.client_id == sa.bindparam("client_id"),
    links.c.local_id == sa.bindparam("local_id"),
    links.c.ended_at.is_(None),
)


class LinkConflict(Exception):  # noqa: N818 - it is answered 409 Conflict
    """This local ID is another resident's, or this resident has another local ID."""


class Links:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def get(self, client_id: str, resident_id: str) -> Link | None:
        async with self._records.reading() as connection:
            found = await connection.execute(
                _CURRENT, {"client_id": client_id, "resident_id": resident_id}
            )
            row = found.one_or_none()
        return None if row is None else Link(client_id, resident_id, row.local_id, row.linked_at)

    async def resident_of(self, client_id: str, local_id: str) -> str | None:
        async with self._records.reading() as connection:
            found = await connection.execute(
                _CURRENT_OF_LOCAL_ID, {"client_id": client_id, "local_id": local_id}
            )
            return found.scalar_one_or_none()

    async def put(
        self,
        client_id: str,
        resident_id: str,
        local_id: str,
        now: datetime,
        also: Also[Link] = nothing_else,
    ) -> Link:
        """The same link again is the link that is there: nothing is written. Raises LinkConflict:
        the unique indexes decide, whoever comes at the same time. Raises NoSuchThing for a resident
        who is not active."""
        row = {
            "link_id": secrets.token_hex(16),
            "client_id": client_id,
            "resident_id": resident_id,
            "local_id": local_id,
            "linked_at": now,
        }
        link = Link(client_id, resident_id, local_id, now)
        try:
            async with self._records.writing() as connection:
                if not await is_active(connection, resident_id):
                    raise NoSuchThing
                await connection.execute(links.insert().values(row))
                await also(connection, link)
        except sa.exc.IntegrityError as cause:
            there = await self.get(client_id, resident_id)
            if there is None or there.local_id != local_id:
                raise LinkConflict from cause
            return there
        return link

    async def end(
        self,
        client_id: str,
        resident_id: str,
        now: datetime,
        also: Also[None] = nothing_else,
    ) -> bool:
        """False where there was none."""
        async with self._records.writing() as connection:
            ended = await connection.execute(
                links.update()
                .where(
                    links.c.client_id == client_id,
                    links.c.resident_id == resident_id,
                    links.c.ended_at.is_(None),
                )
                .values(ended_at=now)
            )
            found = ended.rowcount == 1
            if found:
                await also(connection, None)
        return found
