"""Records on SQLite (embedded) and PostgreSQL, through SQLAlchemy Core."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import SettingsError, StoreError
from gateway.store.api import Records
from gateway.store.sqlite import create_sqlite_reader, create_sqlite_writer, empty_wal
from gateway.store.version import check_version

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def open_records(url: str) -> Records:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`."""
    address = records_url(url)
    writer = create_engine(address)
    return SqlRecords(writer, create_sqlite_reader(address) if is_sqlite(address) else writer)


def records_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        return parsed.set(drivername=_DRIVERS[parsed.drivername])
    except (sa.exc.ArgumentError, KeyError, ValueError) as cause:
        raise SettingsError("store.records: it must be a sqlite: or postgresql: URL") from cause


def is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


class SqlRecords:
    """`Records` of either dialect; a connection of a dead server is replaced when it is noticed."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._writer.begin() as connection:
            yield connection

    @property
    def overwrites(self) -> bool:
        """PostgreSQL has no such means: it uses the place of deleted rows again in its own time."""
        return self._reader.dialect.name == "sqlite"

    async def overwrite_deleted(self) -> bool:
        if not self.overwrites:
            return False
        async with self._reader.connect() as connection:
            return await empty_wal(connection)

    async def check(self) -> None:
        with answering():
            async with self.reading() as connection:
                await check_version(connection)

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()


@contextmanager
def answering() -> Iterator[None]:
    """Turns what a driver raises into StoreError."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError) as cause:
        # The driver's own first line: the statement, the values and a link stand in later ones.
        words = str(getattr(cause, "orig", cause)).partition("\n")[0]
        raise StoreError(f"store.records: {words}") from cause


def create_engine(url: URL) -> AsyncEngine:
    if is_sqlite(url):
        return create_sqlite_writer(url)
    # hide_parameters: an error's text goes to the log, and the parameters are residents' data.
    engine = create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    sa.event.listen(engine.sync_engine, "handle_error", _hide_values)
    return engine


def _hide_values(context: sa.ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the row; it would stand in a traceback as the error's cause."""
    cause: Any = context.original_exception.__cause__
    if hasattr(cause, "detail"):
        cause.detail = None
