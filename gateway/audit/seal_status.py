"""How far the log is sealed: what the console tells before anybody verifies anything."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.entry_bytes import BEFORE_ALL
from gateway.audit.records import log_entries, seals


@dataclass(frozen=True, slots=True)
class SealStatus:
    seal_id: int | None
    """The last seal's number; None before the first."""
    sealed_at: datetime | None
    sealed_through: int | None
    """The number of the last entry under a seal."""
    unsealed: int
    """Entries that wait for the next seal."""


async def seal_status(connection: AsyncConnection, of_tenant: str | None) -> SealStatus:
    """`of_tenant`: whose waiting entries are counted; None counts all."""
    c = seals.c
    newest = sa.select(c.seal_id, c.sealed_at, c.last_entry).order_by(c.seal_id.desc()).limit(1)
    last = (await connection.execute(newest)).one_or_none()
    through = BEFORE_ALL if last is None else last.last_entry
    waiting = sa.select(sa.func.count()).select_from(log_entries)
    waiting = waiting.where(log_entries.c.entry_id > through)
    if of_tenant is not None:
        waiting = waiting.where(log_entries.c.tenant_id == of_tenant)
    unsealed = (await connection.execute(waiting)).scalar_one()
    if last is None:
        return SealStatus(None, None, None, unsealed)
    return SealStatus(last.seal_id, last.sealed_at, through, unsealed)
