"""Records on SQLite: durable (WAL, every commit synced), strict, and its writers in one line."""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.store.answering import answering
from gateway.store.inline import DriverConnection, InlineConnection
from gateway.store.version import check_version

_BUSY_SECONDS = 30
_WAL_TRIES, _WAL_PAUSE_SECONDS = 100, 0.05
_LONG_READS = 4
"""So many are worked at together; more wait for each other."""


class SqliteRecords:
    """`Records` in one file."""

    overwrites = True

    def __init__(self, url: URL) -> None:
        # One connection: writers of this process stand in line before they reach the file's lock.
        self._writer = _create_engine(url, _prepare_writer, pool_size=1, max_overflow=0)
        self._reader = _create_engine(url, _prepare_reader, pool_size=_LONG_READS, max_overflow=-1)
        self._line = asyncio.Lock()
        self._writing = ThreadPoolExecutor(1, "sqlite-writer")
        self._reading = ThreadPoolExecutor(_LONG_READS, "sqlite-reader")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Without transactions: each SELECT sees what is committed, as on PostgreSQL."""
        with self._reader.connect() as connection:
            yield cast("AsyncConnection", InlineConnection(connection, self._reading))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Takes its turn when it begins: one that reads first and writes later could find half-way
        that it may not (SQLITE_BUSY)."""
        async with self._turn():
            with self._writer.connect() as connection:
                inline = InlineConnection(connection, self._writing)
                await inline.begin()
                try:
                    yield cast("AsyncConnection", inline)
                except BaseException:
                    await inline.rollback()
                    raise
                await inline.commit()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with asyncio.timeout(_BUSY_SECONDS):
            await self._line.acquire()
        try:
            yield
        finally:
            self._line.release()

    async def overwrite_deleted(self) -> bool:
        """The WAL holds pages as they were before; it goes into the file and is cut to nothing.
        False where somebody still read from it."""
        async with self.reading() as connection:
            row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return not row[0]

    async def check(self) -> None:
        with answering():
            async with self.reading() as connection:
                await check_version(connection)

    async def close(self) -> None:
        for threads in (self._reading, self._writing):
            threads.shutdown()
        for engine in (self._reader, self._writer):
            engine.dispose()


def _create_engine(url: URL, prepare: Any, **pool: int) -> sa.Engine:
    arguments = {
        "factory": DriverConnection,
        "check_same_thread": False,
        "timeout": _BUSY_SECONDS,
        # The driver would begin transactions on its own, later than we mean it to.
        "isolation_level": None,
    }
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_timeout=_BUSY_SECONDS,
        connect_args=arguments,
        hide_parameters=True,
        **pool,
    )
    sa.event.listen(engine, "do_connect", _make_private)
    sa.event.listen(engine, "connect", prepare)
    return engine


def _make_private(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """SQLite would let everybody on the host read what it makes; its -wal and -shm follow the
    file's own mode."""
    if arguments[0] == ":memory:" or options.get("uri"):
        return
    file = Path(arguments[0])
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_reader(connection: sqlite3.Connection, _: object) -> None:
    _set_pragmas(connection)
    connection.execute("PRAGMA query_only=ON")


def _prepare_writer(connection: sqlite3.Connection, _: object) -> None:
    """A row that is deleted or changed leaves zeros in its page, not what it held. How SQLite was
    built decides the default."""
    _set_pragmas(connection)
    connection.execute("PRAGMA secure_delete=ON")


def _set_pragmas(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """The file remembers it. Of two who open a new file at once, SQLite refuses one without
    letting it wait its busy timeout out."""
    for remaining in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not remaining:
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            return
