"""Entries that change no record: each is in the log before its writer goes on."""

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.audit.records import log_entries
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MANY = 50


@pytest.fixture
def audit(records: Records) -> AuditLog:
    return AuditLog(records, KeyedHash(bytes(32)))


def entry(number: int) -> Entry:
    detail = {"number": str(number)}
    return Entry(NOW, LogKind.EVENT, "gateway.started", Outcome.DONE, GATEWAY, detail=detail)


async def numbers(records: Records) -> list[int]:
    async with records.reading() as connection:
        found = await connection.execute(
            sa.select(log_entries.c.detail).order_by(log_entries.c.entry_id)
        )
        return [int(row.detail["number"]) for row in found]


async def test_whoever_records_finds_the_entry_there(records: Records, audit: AuditLog) -> None:
    for number in range(3):
        await audit.record(entry(number))
        assert (await numbers(records))[-1] == number


async def test_those_who_record_at_once_share_transactions_and_each_entry_is_there_once(
    records: Records, audit: AuditLog
) -> None:
    begun = 0
    writing = records.writing

    def counted() -> object:
        nonlocal begun
        begun += 1
        return writing()

    records.writing = counted  # type: ignore[method-assign, assignment]
    await asyncio.gather(*(audit.record(entry(number)) for number in range(MANY)))
    assert begun < MANY / 5
    assert await numbers(records) == list(range(MANY))


async def test_what_cannot_be_written_is_told_to_all_who_wait_and_to_nobody_after(
    records: Records, audit: AuditLog
) -> None:
    async with records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE log_entries RENAME TO gone"))
    failed = await asyncio.gather(
        *(audit.record(entry(number)) for number in range(5)), return_exceptions=True
    )
    assert all(isinstance(each, sa.exc.DBAPIError) for each in failed)
    async with records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE gone RENAME TO log_entries"))
    await audit.record(entry(7))
    assert await numbers(records) == [7]


async def test_one_who_is_cancelled_takes_nobody_along(records: Records, audit: AuditLog) -> None:
    waiting = [asyncio.create_task(audit.record(entry(number))) for number in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [None] * 4
    assert set(await numbers(records)) >= {1, 2, 3, 4}
