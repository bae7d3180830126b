"""An entry has the same bytes on every store, and no two entries have the same."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from gateway.audit.entry_bytes import BEFORE_ALL, count_entries, entry_bytes, read_entries
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.store.api import Records
from tests.audit.conftest import Book

FULL = Entry(
    datetime(2026, 11, 21, 18, 0, 0, 500, tzinfo=timezone(timedelta(hours=9))),
    LogKind.OPERATION,
    "service.changed",
    Outcome.DONE,
    Origin("operator:o-1", "192.0.2.1", "00ff"),
    "hanasaki",
    "library",
    "pseudonym",
    {"z": "図書館", "a": '"quoted"'},
)
SPARSE = Entry(
    datetime(2026, 11, 21, tzinfo=UTC),
    LogKind.EVENT,
    "gateway.started",
    Outcome.DONE,
    Origin("gateway"),
)


async def all_bytes(records: Records) -> list[bytes]:
    async with records.reading() as connection:
        chunks = read_entries(connection, 1, 1_000_000)
        return [entry_bytes(row) async for rows in chunks for row in rows]


@pytest.mark.anyio
async def test_every_column_is_said_by_name_in_order_and_nulls_are_not(book: Book) -> None:
    await book.audit.record(FULL, SPARSE)
    assert await all_bytes(book.records) == [
        b'{"actor":"operator:o-1","address":"192.0.2.1","at":"2026-11-21 09:00:00.000500",'
        b'"client_id":"library","deed":"service.changed",'
        b'"detail":{"a":"\\"quoted\\"","z":"\\u56f3\\u66f8\\u9928"},"entry_id":1,'
        b'"kind":"operation","outcome":"done","request_id":"00ff","resident":"pseudonym",'
        b'"tenant_id":"hanasaki"}',
        b'{"actor":"gateway","at":"2026-11-21 00:00:00.000000","deed":"gateway.started",'
        b'"detail":{},"entry_id":2,"kind":"event","outcome":"done"}',
    ]


@pytest.mark.anyio
async def test_the_order_that_a_detail_was_written_in_does_not_matter(book: Book) -> None:
    await book.audit.record(FULL)
    before = await all_bytes(book.records)
    await set_detail(book.records, '{"a": "\\"quoted\\"",  "z": "図書館"}')
    assert await all_bytes(book.records) == before


@pytest.mark.anyio
@pytest.mark.parametrize(
    "detail",
    ['{"a":"x","a":"\\"quoted\\"","z":"図書館"}', '"text"', "[]", "[" * 500 + "]" * 500, "1"],
    ids=["doubled", "text", "list", "deep", "number"],
)
async def test_a_detail_that_is_no_clear_object_is_taken_as_it_lies_there(
    book: Book, detail: str
) -> None:
    await book.audit.record(FULL)
    before = await all_bytes(book.records)
    await set_detail(book.records, detail)
    assert await all_bytes(book.records) != before


@pytest.mark.anyio
async def test_the_same_date_before_our_era_is_another(book: Book) -> None:
    await book.audit.record(SPARSE)
    (before,) = await all_bytes(book.records)
    if await dialect(book.records) == "sqlite":
        change = "UPDATE log_entries SET at = '-2025-11-21 00:00:00.000000'"
    else:
        change = "UPDATE log_entries SET at = '2026-11-21 00:00:00+00 BC'"
    async with book.records.writing() as connection:
        await connection.execute(sa.text(change))
    assert await all_bytes(book.records) != [before]


@pytest.mark.anyio
async def test_bytes_in_a_column_of_text_are_not_the_text(book: Book) -> None:
    if await dialect(book.records) != "sqlite":
        return  # PostgreSQL keeps nothing but text there
    await book.audit.record(FULL)
    before = await all_bytes(book.records)
    async with book.records.writing() as connection:
        await connection.execute(sa.text("UPDATE log_entries SET actor = CAST(actor AS BLOB)"))
    assert await all_bytes(book.records) != before


@pytest.mark.anyio
async def test_a_range_is_read_in_order_whole_and_nothing_else(book: Book) -> None:
    await book.write(1_203)
    async with book.records.reading() as connection:
        chunks = [rows async for rows in read_entries(connection, 3, 1_201)]
        counts = [
            await count_entries(connection, *bounds)
            for bounds in ((3, 1_201), (BEFORE_ALL, -BEFORE_ALL - 1), (5, 4))
        ]
    assert [row["entry_id"] for rows in chunks for row in rows] == list(range(3, 1_202))
    assert max(map(len, chunks)) <= 500
    assert counts == [1_199, 1_203, 0]


async def set_detail(records: Records, text: str) -> None:
    async with records.writing() as connection:
        value = "CAST(:detail AS JSON)" if connection.dialect.name == "postgresql" else ":detail"
        statement = sa.text(f"UPDATE log_entries SET detail = {value}")  # noqa: S608
        await connection.execute(statement, {"detail": text})


async def dialect(records: Records) -> str:
    async with records.reading() as connection:
        return connection.dialect.name
