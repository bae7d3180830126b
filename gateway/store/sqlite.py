"""How SQLite is opened: durable (WAL, every commit synced), strict, and its writers in one line."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITER = {"genkan_writer": True}
"""Execution options of a connection whose transaction is going to write."""

_BUSY_SECONDS = 30
_WAL_TRIES, _WAL_PAUSE_SECONDS = 100, 0.05


def create_sqlite_engine(url: URL) -> AsyncEngine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    patience = {"timeout": _BUSY_SECONDS}
    engine = create_async_engine(url, connect_args=patience, hide_parameters=True)
    sa.event.listen(engine.sync_engine, "connect", _prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    # Without this the driver begins transactions on its own, later than we mean it to.
    connection.isolation_level = None
    connection.run_async(_set_pragmas)


async def _set_pragmas(connection: aiosqlite.Connection) -> None:
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        await (await connection.execute(f"PRAGMA {pragma}")).close()
    await _use_wal(connection)


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


def _begin(connection: sa.Connection) -> None:
    """A writer takes its turn when it begins: one that reads first and writes later could find
    that it may not (SQLITE_BUSY) half-way."""
    writes = connection.get_execution_options().keys() >= WRITER.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
