"""What residents agreed to, at rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from gateway.consent.details import AgreedDetail
from gateway.consent.records import consents
from gateway.residents.records import in_force, is_active, residents
from gateway.store.api import Also, Records, nothing_else
from gateway.store.tables import Time

_OF_SERVICE = consents.c.client_id == sa.bindparam("client_id")
_BEFORE = (
    sa.select(consents.c.scopes, consents.c.authorization_details)
    .where(_OF_SERVICE, consents.c.resident_id == sa.bindparam("resident_id"))
    .with_for_update()
)
# One statement tells both: that the resident is still let in, and what they agreed to.
_GIVEN = (
    sa.select(consents.c.scopes, consents.c.authorization_details)
    .select_from(residents)
    .outerjoin(consents, sa.and_(_OF_SERVICE, consents.c.resident_id == residents.c.resident_id))
    .where(
        residents.c.resident_id == sa.bindparam("resident_id"),
        in_force(sa.bindparam("since", type_=Time)),
    )
)


MAX_DETAILS = 64
"""How many are remembered of a service and a resident: the newest."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What one resident agreed to with one service."""

    scopes: frozenset[str] = frozenset()
    details: tuple[AgreedDetail, ...] = ()

    def covers(self, details: Iterable[AgreedDetail]) -> bool:
        """Each by one that was agreed to as a whole: two halves of two are another thing."""
        return all(any(agreed.covers(one) for agreed in self.details) for one in details)


class Consents:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def given(self, client_id: str, resident_id: str, *, since: datetime) -> Agreed | None:
        """What this service may have of a resident who signed in at `since`. None: they are not
        active, or have not been all the time."""
        key = {"client_id": client_id, "resident_id": resident_id, "since": since}
        async with self._records.reading() as connection:
            row = (await connection.execute(_GIVEN, key)).one_or_none()
        return None if row is None else _agreed(row)

    async def give(
        self,
        client_id: str,
        resident_id: str,
        scopes: Iterable[str],
        now: datetime,
        also: Also[None] = nothing_else,
        details: Iterable[AgreedDetail] = (),
    ) -> None:
        """Adds to what was agreed before. Of a resident who is not active nothing is kept."""
        key = {"client_id": client_id, "resident_id": resident_id}
        new = Agreed(frozenset(scopes), tuple(details))
        try:
            await self._give(key, new, now, also)
        except sa.exc.IntegrityError:
            # Two first consents at the same moment: the second finds the first.
            await self._give(key, new, now, also)

    async def _give(
        self, key: dict[str, str], new: Agreed, now: datetime, also: Also[None]
    ) -> None:
        async with self._records.writing() as connection:
            if not await is_active(connection, key["resident_id"]):
                return
            before = (await connection.execute(_BEFORE, key)).one_or_none()
            row = _row(new if before is None else together(_agreed(before), new), now)
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


def together(before: Agreed, new: Agreed) -> Agreed:
    """A detail that is part of another says nothing more."""
    kept = [
        one for one in before.details if not any(another.covers(one) for another in new.details)
    ]
    added = [one for one in new.details if not any(another.covers(one) for another in kept)]
    return Agreed(before.scopes | new.scopes, (*kept, *added)[-MAX_DETAILS:])


def _agreed(row: sa.Row[Any, Any]) -> Agreed:
    scopes = frozenset[str](row.scopes or ())
    if row.authorization_details is None:
        return Agreed(scopes)
    return Agreed(scopes, msgspec.convert(row.authorization_details, tuple[AgreedDetail, ...]))


def _row(agreed: Agreed, now: datetime) -> dict[str, object]:
    details = msgspec.to_builtins(agreed.details) or None
    return {
        "scopes": sorted(agreed.scopes),
        "authorization_details": details,
        "given_at": now,
    }
