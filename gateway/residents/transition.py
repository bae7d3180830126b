"""Changes one resident's state at rest: the row, its version, and when. Or leaves it as it is, and
ends what was begun under it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import NoSuchThing, StaleVersion
from gateway.residents.model import ResidentState
from gateway.residents.records import residents
from gateway.residents.states import Change, state_after

# Held until the transaction ends: on PostgreSQL whoever binds, links or agrees for this resident
# has finished before, or finds the new state (SQLite's writers stand in line).
_HELD = (
    sa.select(residents.c.state, residents.c.version)
    .where(residents.c.resident_id == sa.bindparam("resident_id"))
    .with_for_update()
)


async def change_state(
    connection: AsyncConnection,
    resident_id: str,
    change: Change,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """None: whatever the version is. Raises NoSuchThing, StaleVersion or Conflict."""
    row = (await connection.execute(_HELD, {"resident_id": resident_id})).one_or_none()
    if row is None:
        raise NoSuchThing
    if expected_version is not None and row.version != expected_version:
        raise StaleVersion
    state = state_after(change, ResidentState(row.state))
    await connection.execute(
        residents.update()
        .where(residents.c.resident_id == resident_id)
        .values(state=state, changed_at=now, version=row.version + 1)
    )


async def end_what_was_begun(
    connection: AsyncConnection, resident_ids: Sequence[str], now: datetime
) -> None:
    """Sessions and codes, in every browser. Nothing is in force under whoever is not active, and
    their state's own time stays."""
    await connection.execute(
        residents.update()
        .where(
            residents.c.resident_id.in_(resident_ids),
            residents.c.state == ResidentState.ACTIVE,
        )
        .values(changed_at=now, version=residents.c.version + 1)
    )
