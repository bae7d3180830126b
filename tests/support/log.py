"""What stands in a gateway's log, and a log that takes nothing more."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.records import log_entries
from gateway.store.api import Records
from tests.support.gateway import Gateway


async def logged(gateway: Gateway, *deeds: str) -> list[Entry]:
    """In the order they were written; of these deeds, or all."""
    return await logged_in(gateway.provider.records, *deeds)


async def logged_in(records: Records, *deeds: str) -> list[Entry]:
    query = sa.select(log_entries).order_by(log_entries.c.entry_id)
    async with records.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [_entry(row) for row in rows if not deeds or row["deed"] in deeds]


async def log_text(gateway: Gateway) -> str:
    """Every column of every entry, to look in for what must not stand there."""
    async with gateway.provider.records.reading() as connection:
        rows = (await connection.execute(sa.select(log_entries))).mappings().all()
    return json.dumps([dict(row) for row in rows], default=str, ensure_ascii=False)


async def break_log(gateway: Gateway) -> None:
    """From here on no entry can be written."""
    async with gateway.provider.records.writing() as connection:
        await connection.execute(sa.text("DROP TABLE log_entries"))


async def count(gateway: Gateway, table: sa.Table) -> int:
    async with gateway.provider.records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(table))
        return found.scalar_one()


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        at=row["at"],
        kind=LogKind(row["kind"]),
        deed=row["deed"],
        outcome=Outcome(row["outcome"]),
        origin=Origin(row["actor"], row["address"], row["request_id"]),
        tenant_id=row["tenant_id"],
        client_id=row["client_id"],
        resident=row["resident"],
        detail=row["detail"],
    )
