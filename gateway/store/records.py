"""Records on SQLite (embedded) and PostgreSQL, through SQLAlchemy Core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import SettingsError
from gateway.store.api import Records
from gateway.store.version import check_version

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY_SECONDS = 30


def open_records(url: str) -> Records:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`."""
    return SqlRecords(create_engine(records_url(url)))


def records_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        return parsed.set(drivername=_DRIVERS[parsed.drivername])
    except (sa.exc.ArgumentError, KeyError, ValueError) as cause:
        raise SettingsError("store.records: it must be a sqlite: or postgresql: URL") from cause


class SqlRecords:
    """`Records` of either dialect; a connection of a dead server is replaced when it is noticed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        immediate = {"genkan_immediate": True}
        self._writer = engine.execution_options(**immediate)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._writer.begin() as connection:
            yield connection

    async def check(self) -> None:
        async with self.reading() as connection:
            await check_version(connection)

    async def close(self) -> None:
        await self._engine.dispose()


def create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Without this the driver begins transactions on its own, later than we mean it to.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its turn when it begins: one that reads first and writes later could find
    that it may not (SQLITE_BUSY) half-way."""
    immediate = connection.get_execution_options().get("genkan_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
