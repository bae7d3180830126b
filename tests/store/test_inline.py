"""SQLite without a way to a thread for what is short; nobody is held up by what is not."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator
from time import monotonic

import pytest
import sqlalchemy as sa

from gateway.store.api import Records
from gateway.store.records import open_records

pytestmark = pytest.mark.anyio

numbers = sa.table("numbers", sa.column("number", sa.Integer))
MANY = 3_000
LONG = sa.select(sa.func.count()).select_from(
    numbers.alias("a").join(numbers.alias("b"), sa.true())
)
SHORT = sa.select(sa.func.max(numbers.c.number)).where(numbers.c.number < 5)


@pytest.fixture
async def records(sqlite_url: str) -> AsyncIterator[Records]:
    opened = open_records(sqlite_url)
    async with opened.writing() as connection:
        await connection.execute(sa.text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        rows = [{"number": number} for number in range(MANY)]
        await connection.execute(numbers.insert(), rows)
    yield opened
    await opened.close()


class Ticker:
    """How long the event loop was busy with one thing, at most."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.count = 0

    @contextlib.asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _tick(self) -> None:
        while True:
            began = monotonic()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, monotonic() - began)
            self.count += 1


async def test_a_short_question_takes_no_thread(records: Records) -> None:
    async with records.reading() as connection:
        before = threading.active_count()
        assert (await connection.execute(SHORT)).scalar_one() == 4
        assert threading.active_count() == before


@pytest.mark.parametrize("writes", [False, True])
async def test_a_long_question_is_answered_rightly_and_holds_nobody_up(
    records: Records, *, writes: bool
) -> None:
    ticker = Ticker()
    async with ticker.ticking(), records.writing() if writes else records.reading() as connection:
        assert (await connection.execute(LONG)).scalar_one() == MANY * MANY
        assert (await connection.execute(SHORT)).scalar_one() == 4
    assert ticker.count > 20


async def test_rows_that_are_added_are_never_given_up_for_taking_long(records: Records) -> None:
    """SQLite would roll the whole transaction back."""
    more = numbers.insert().from_select(
        ["number"],
        sa.select(numbers.c.number + MANY).where(numbers.c.number.between(0, MANY - 1)),
    )
    many = sa.select(sa.func.count()).select_from(numbers)
    async with records.writing() as connection:
        await connection.execute(numbers.insert().values(number=-1))
        for _ in range(2):
            await connection.execute(numbers.delete().where(numbers.c.number >= MANY))
            await connection.execute(more)
    async with records.reading() as connection:
        assert (await connection.execute(many)).scalar_one() == 2 * MANY + 1


async def test_who_waits_for_another_process_holds_nobody_up(
    records: Records, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ticker = Ticker()

    async def write() -> None:
        async with records.writing() as connection:
            await connection.execute(numbers.insert().values(number=MANY))

    async with ticker.ticking():
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        assert not writing.done()
        other.execute("COMMIT")
        await asyncio.wait_for(writing, 10)
    other.close()
    assert ticker.count > 20


async def test_whoever_is_cancelled_leaves_the_line_free_and_nothing_behind(
    records: Records,
) -> None:
    async def write(number: int) -> None:
        async with records.writing() as connection:
            await connection.execute(numbers.insert().values(number=number))
            await connection.execute(LONG)

    for number in range(MANY, MANY + 5):
        writing = asyncio.create_task(write(number))
        await asyncio.sleep(0.01)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    async with asyncio.timeout(10), records.writing() as connection:
        await connection.execute(numbers.insert().values(number=2 * MANY))
    async with records.reading() as connection:
        added = sa.select(numbers.c.number).where(numbers.c.number >= MANY)
        assert list((await connection.execute(added)).scalars()) == [2 * MANY]
