"""How SQLite is opened: durable (WAL, every commit synced), strict, and its writers in one line."""

import asyncio
import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_BUSY_SECONDS = 30
_WAL_TRIES, _WAL_PAUSE_SECONDS = 100, 0.05


def create_sqlite_writer(url: URL) -> AsyncEngine:
    """One connection: writers of this process stand in line before they reach the file's lock. Each
    takes its turn when it begins: one that reads first and writes later could find half-way that
    it may not (SQLITE_BUSY)."""
    engine = _create_engine(url, pool_size=1, max_overflow=0, pool_timeout=_BUSY_SECONDS)
    sa.event.listen(engine.sync_engine, "connect", _overwrite_what_is_deleted)
    engine.sync_engine.dialect.do_begin = _begin  # type: ignore[method-assign]
    return engine


def create_sqlite_reader(url: URL) -> AsyncEngine:
    """Without transactions: each SELECT sees what is committed, as on PostgreSQL, and is spared two
    ways to the driver's thread. Its connections refuse to write."""
    engine = _create_engine(url)
    sa.event.listen(engine.sync_engine, "connect", _refuse_to_write)
    return engine


def _create_engine(url: URL, **pool: int) -> AsyncEngine:
    patience = {"timeout": _BUSY_SECONDS}
    engine = create_async_engine(url, connect_args=patience, hide_parameters=True, **pool)
    sa.event.listen(engine.sync_engine, "do_connect", _try_to_open)
    sa.event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def _try_to_open(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """The driver's thread, where it cannot open the file, reports to a loop that may be gone."""
    if arguments[0] != ":memory:" and not options.get("uri"):
        _make_private(Path(arguments[0]))
    sqlite3.connect(*arguments, **options).close()


def _make_private(file: Path) -> None:
    """SQLite would let everybody on the host read what it makes; its -wal and -shm follow the
    file's own mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare(connection: Any, _: object) -> None:
    # Without this the driver begins transactions on its own, later than we mean it to.
    connection.isolation_level = None
    connection.run_async(_set_pragmas)


def _refuse_to_write(connection: Any, _: object) -> None:
    connection.run_async(_set_query_only)


def _overwrite_what_is_deleted(connection: Any, _: object) -> None:
    """A row that is deleted or changed leaves zeros in its page, not what it held. How SQLite was
    built decides the default."""
    connection.run_async(_set_secure_delete)


async def empty_wal(connection: AsyncConnection) -> bool:
    """The WAL holds pages as they were before; it goes into the file and is cut to nothing. Outside
    a transaction. False where somebody still read from it."""
    row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    return not row[0]


async def _set_query_only(connection: aiosqlite.Connection) -> None:
    await _set(connection, "query_only=ON")


async def _set_secure_delete(connection: aiosqlite.Connection) -> None:
    await _set(connection, "secure_delete=ON")


async def _set_pragmas(connection: aiosqlite.Connection) -> None:
    await _set(connection, "synchronous=FULL")
    await _set(connection, "foreign_keys=ON")
    await _use_wal(connection)


async def _set(connection: aiosqlite.Connection, pragma: str) -> None:
    await (await connection.execute(f"PRAGMA {pragma}")).close()


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """The file remembers it. Of two who open a new file at once, SQLite refuses one without
    letting it wait its busy timeout out."""
    for remaining in reversed(range(_WAL_TRIES)):
        try:
            await (await connection.execute("PRAGMA journal_mode=WAL")).close()
        except sqlite3.OperationalError:
            if not remaining:
                raise
            await asyncio.sleep(_WAL_PAUSE_SECONDS)
        else:
            return


def _begin(dbapi_connection: Any) -> None:
    """One way to the driver's thread; a statement of SQLAlchemy's takes three."""
    dbapi_connection.run_async(_begin_immediate)


async def _begin_immediate(connection: aiosqlite.Connection) -> None:
    await connection.execute_fetchall("BEGIN IMMEDIATE")
