"""What residents agreed to, at rest."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from gateway.consent.records import consents
from gateway.store.api import Also, Records, nothing_else

_GIVEN = sa.select(consents.c.scopes).where(
    consents.c.client_id == sa.bindparam("client_id"),
    consents.c.resident_id == sa.bindparam("resident_id"),
)


class Consents:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def given(self, client_id: str, resident_id: str) -> frozenset[str]:
        """The scopes this service may have of this resident."""
        key = {"client_id": client_id, "resident_id": resident_id}
        async with self._records.reading() as connection:
            scopes = (await connection.execute(_GIVEN, key)).scalar_one_or_none()
        return frozenset(scopes or ())

    async def give(
        self,
        client_id: str,
        resident_id: str,
        scopes: Iterable[str],
        now: datetime,
        also: Also[None] = nothing_else,
    ) -> None:
        """Adds to what was agreed before."""
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
            before = (await connection.execute(_GIVEN.with_for_update(), key)).scalar_one_or_none()
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
