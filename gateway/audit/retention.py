"""Removes entries that were kept their time: whole sealed batches, oldest first, never a seal."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.audit.records import log_entries, seals
from gateway.store.api import Records

KEEP_AT_LEAST = timedelta(days=365)
REMOVED = "logs.removed"

_entry_id = log_entries.c.entry_id


async def remove_expired(records: Records, audit: AuditLog, now: datetime, keep: timedelta) -> int:
    """Returns how many entries are gone. What is left is proven whole again when the entry that
    tells of it is sealed: seal right after."""
    if keep < KEEP_AT_LEAST:
        raise ValueError(f"keep: log entries are kept {KEEP_AT_LEAST.days} days at least")
    async with records.writing() as connection:
        await _lock(connection)
        expired = await _expired_seals(connection, now - keep)
        if not expired:
            return 0
        through = expired[-1].last_entry
        removed = await connection.execute(log_entries.delete().where(_entry_id <= through))
        detail = {
            "first_seal": str(expired[0].seal_id),
            "last_seal": str(expired[-1].seal_id),
            "entries": str(removed.rowcount),
        }
        entry = Entry(now, LogKind.EVENT, REMOVED, Outcome.DONE, GATEWAY, detail=detail)
        await audit.write(connection, entry)
        return removed.rowcount


def removed_through(row: Mapping[str, Any]) -> int | None:
    """The last seal whose entries are gone, where the entry tells of a removal. Always the oldest
    go first: all before it are gone too, and the newest such entry speaks for all before."""
    if (row["kind"], row["deed"]) != (LogKind.EVENT, REMOVED):
        return None
    try:
        return int(json.loads(row["detail"])["last_seal"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # none of ours


async def _expired_seals(connection: AsyncConnection, cutoff: datetime) -> list[sa.Row[int, int]]:
    """Those whose entries are still there, up to the first that one is too young in. Old is what
    both its seal and its own time say so of: a verifier knows the seal's alone."""
    c = seals.c
    oldest = sa.select(sa.func.min(_entry_id)).scalar_subquery()
    found = await connection.execute(
        sa.select(c.seal_id, c.last_entry)
        .where(c.last_entry >= oldest, c.sealed_at < cutoff)
        .order_by(c.seal_id)
    )
    old = list(found)
    if not old:
        return []
    young = await connection.execute(
        sa.select(sa.func.min(_entry_id)).where(
            _entry_id <= old[-1].last_entry, log_entries.c.at >= cutoff
        )
    )
    first_young = young.scalar_one()
    return [seal for seal in old if first_young is None or seal.last_entry < first_young]


async def _lock(connection: AsyncConnection) -> None:
    """One at a time: SQLite's writers stand in line already, PostgreSQL's are made to."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.text("LOCK TABLE seals IN SHARE ROW EXCLUSIVE MODE"))
