"""Records on PostgreSQL, where more than one process or host runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from gateway.store.answering import answering
from gateway.store.version import check_version


class PostgresqlRecords:
    """`Records`; a connection of a dead server is replaced when it is noticed."""

    overwrites = False
    """It has no means to: it uses the place of deleted rows again in its own time."""

    def __init__(self, url: URL) -> None:
        # hide_parameters: an error's text goes to the log, and the parameters are residents' data.
        self._engine = create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
        sa.event.listen(self._engine.sync_engine, "handle_error", _hide_values)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.begin() as connection:
            yield connection

    async def overwrite_deleted(self) -> bool:
        return False

    async def check(self) -> None:
        with answering():
            async with self.reading() as connection:
                await check_version(connection)

    async def close(self) -> None:
        await self._engine.dispose()


def _hide_values(context: sa.ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the row; it would stand in a traceback as the error's cause."""
    cause: Any = context.original_exception.__cause__
    if hasattr(cause, "detail"):
        cause.detail = None
