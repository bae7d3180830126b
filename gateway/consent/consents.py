"""What residents agreed to, at rest."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from gateway.consent.records import consents
from gateway.residents.records import in_force, is_active, residents
from gateway.store.api import Also, Records, nothing_else
from gateway.store.tables import Time

_OF_SERVICE = consents.c.client_id == sa.bindparam("client_id")
_BEFORE = (
    sa.select(consents.c.scopes)
    .where(_OF_SERVICE, consents.c.resident_id == sa.bindparam("resident_id"))
    .with_for_update()
)
# One statement tells both: that the resident is still let in, and what they agreed to.
_GIVEN = (
    sa.select(consents.c.scopes)
    .select_from(residents)
    .outerjoin(consents, sa.and_(_OF_SERVICE, consents.c.resident_id == residents.c.resident_id))
    .where(
        residents.c.resident_id == sa.bindparam("resident_id"),
        in_force(sa.bindparam("since", type_=Time)),
    )
)


class Consents:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def given(
        self, client_id: str, resident_id: str, *, since: datetime
    ) -> frozenset[str] | None:
        """The scopes this service may have of a resident who signed in at `since`. None: they are
        not active, or have not been all the time."""
        key = {"client_id": client_id, "resident_id": resident_id, "since": since}
        async with self._records.reading() as connection:
            row = (await connection.execute(_GIVEN, key)).one_or_none()
        return None if row is None else frozenset(row.scopes or ())

    async def give(
        self,
        client_id: str,
        resident_id: str,
        scopes: Iterable[str],
        now: datetime,
        also: Also[None] = nothing_else,
    ) -> None:
        """Adds to what was agreed before. Of a resident who is not active nothing is kept."""
        key = {"client_id": client_id, "resident_id": resident_id}
        try:
            await self._give(key, frozenset(scopes), now, also)
        except sa.exc.IntegrityError:
            # Two first consents at the same moment: the second finds the first.
            await self._give(key, frozenset(scopes), now, also)

    async def _give(
        self, key: dict[str, str], scopes: frozenset[str], now: datetime, also: Also[None]
    ) -> None:
        async with self._records.writing() as connection:
            if not await is_active(connection, key["resident_id"]):
                return
            before = (await connection.execute(_BEFORE, key)).scalar_one_or_none()
            row = {"scopes": sorted(scopes | frozenset(before or ())), "given_at": now}
            if before is None:
                change: sa.Insert | sa.Update = consents.insert().values({**key, **row})
            else:
                change = (
                    consents.update()
                    .values(row)
                    .where(
                        consents.c.client_id == key["client_id"],
                        consents.c.resident_id == key["resident_id"],
                    )
                )
            await connection.execute(change)
            await also(connection, None)
