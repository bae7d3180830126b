"""How SQLite is used: durable, and its writers in one line."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import StoreError
from gateway.store.api import Records
from gateway.store.records import open_records

WRITERS = 20

pytestmark = pytest.mark.anyio

counter = sa.table("counter", sa.column("value"))


@pytest.fixture
async def records(sqlite_url: str) -> AsyncIterator[Records]:
    opened = open_records(sqlite_url)
    async with opened.writing() as connection:
        await connection.execute(sa.text("CREATE TABLE counter (value INTEGER NOT NULL)"))
        await connection.execute(counter.insert().values(value=0))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
async def test_every_connection_is_durable_and_patient(
    records: Records, pragma: str, value: object
) -> None:
    async with records.reading() as first, records.reading() as second:
        for connection in (first, second):
            found = await connection.execute(sa.text(f"PRAGMA {pragma}"))
            assert found.scalar_one() == value


async def test_what_is_deleted_or_changed_is_in_no_file_once_the_wal_is_empty(
    records: Records, sqlite_url: str
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    wal = file.with_name(f"{file.name}-wal")
    assert records.overwrites
    short, long = "花咲花子の秘密".encode(), b"genkan" * 10_000  # within a page, and over many
    async with records.writing() as connection:
        await connection.execute(sa.text("CREATE TABLE kept (number INTEGER, value BLOB)"))
        for number, value in enumerate((short, long, short, long)):
            row = {"number": number, "value": value}
            await connection.execute(sa.text("INSERT INTO kept VALUES (:number, :value)"), row)
    assert await records.overwrite_deleted()
    assert short in file.read_bytes()
    async with records.writing() as connection:
        await connection.execute(sa.text("DELETE FROM kept WHERE number < 2"))
        await connection.execute(sa.text("UPDATE kept SET value = x'00' WHERE number >= 2"))
    assert short in file.read_bytes()  # the WAL is ahead of the file
    assert await records.overwrite_deleted()
    for content in (file.read_bytes(), wal.read_bytes()):
        assert short not in content
        assert b"genkangenkan" not in content


async def test_while_somebody_reads_an_older_state_it_is_not_said_to_be_overwritten(
    records: Records, sqlite_url: str
) -> None:
    old = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    old.execute("BEGIN")
    old.execute("SELECT value FROM counter").fetchone()
    async with records.writing() as connection:
        await connection.execute(counter.update().values(value=7))
    async with records.reading() as connection:
        await connection.execute(sa.text("PRAGMA busy_timeout = 1"))
    assert not await records.overwrite_deleted()
    old.close()
    assert await records.overwrite_deleted()


async def test_writers_who_read_first_lose_nothing(records: Records) -> None:
    async def add_one() -> None:
        async with records.writing() as connection:
            seen = (await connection.execute(sa.select(counter.c.value))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(counter.update().values(value=seen + 1))

    await asyncio.gather(*(add_one() for _ in range(WRITERS)))
    async with records.reading() as connection:
        assert (await connection.execute(sa.select(counter.c.value))).scalar_one() == WRITERS


async def test_two_processes_files_are_one_line(records: Records, sqlite_url: str) -> None:
    other = open_records(sqlite_url)

    async def add_one(through: Records) -> None:
        async with through.writing() as connection:
            seen = (await connection.execute(sa.select(counter.c.value))).scalar_one()
            await connection.execute(counter.update().values(value=seen + 1))

    await asyncio.gather(*(add_one((records, other)[n % 2]) for n in range(WRITERS)))
    async with other.reading() as connection:
        assert (await connection.execute(sa.select(counter.c.value))).scalar_one() == WRITERS
    await other.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////proc/genkan.db", "No such file or directory: '/proc/genkan.db'"),
        ("sqlite:////proc", "unable to open database file"),
    ],
)
async def test_a_file_that_cannot_be_opened_leaves_no_thread_behind(url: str, says: str) -> None:
    records = open_records(url)
    threads = threading.active_count()
    with pytest.raises(StoreError, match=says):
        await records.check()
    assert threading.active_count() == threads
    await records.close()
