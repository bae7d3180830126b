"""SQLAlchemy on SQLite without its asyncio layer.

A look-up or an added row takes SQLite some ten microseconds; the way to a thread and back takes
many times that. So what is short is done at once. What waits for the disk or for another writer,
and what turns out to be long, is done in a thread and holds nobody up.
"""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql import Executable

SHORT = 20_000
"""Steps of SQLite's machine, a fraction of a millisecond. A SELECT that needs more begins again, in
the thread; it has changed nothing."""
FEW = 16
"""Rows that are added at once."""

P = ParamSpec("P")
Result = TypeVar("Result")
Row = Mapping[str, Any]
Parameters = Row | Sequence[Row] | None


class DriverConnection(sqlite3.Connection):
    """Gives up a SELECT that is not short, where it is asked to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.only_short = False
        self.set_progress_handler(lambda: self.only_short, SHORT)

    def cursor(self, *_: Any) -> "DriverCursor":  # type: ignore[override]
        return DriverCursor(self)


class DriverCursor(sqlite3.Cursor):
    """Has all rows when the statement is done: nothing is left to be worked out later."""

    def __init__(self, connection: DriverConnection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, *arguments: Any) -> Self:
        super().execute(*arguments)
        self._rows = deque(super().fetchall())
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows


class InlineConnection:
    """As much of SQLAlchemy's AsyncConnection as the rooms use. One statement at a time: here or
    in the thread, never both."""

    def __init__(self, connection: sa.Connection, threads: Executor) -> None:
        self._connection = connection
        self._threads = threads

    @property
    def dialect(self) -> sa.Dialect:
        return self._connection.dialect

    async def execute(
        self, statement: Executable, parameters: Parameters = None
    ) -> sa.CursorResult[Any]:
        def run() -> sa.CursorResult[Any]:
            return self._connection.execute(statement, parameters)

        if isinstance(statement, sa.SelectBase):
            return await self._if_short(run)
        few = parameters is None or isinstance(parameters, Mapping) or len(parameters) <= FEW
        return run() if isinstance(statement, sa.Insert) and few else await self.apart(run)

    async def exec_driver_sql(self, statement: str) -> sa.CursorResult[Any]:
        return await self.apart(self._connection.exec_driver_sql, statement)

    async def run_sync(
        self,
        work: Callable[Concatenate[sa.Connection, P], Result],
        *arguments: P.args,
        **options: P.kwargs,
    ) -> Result:
        return await self.apart(work, self._connection, *arguments, **options)

    @contextlib.asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        with self._connection.begin_nested():
            yield

    async def begin(self) -> None:
        """The writers' lock, at once where it is free."""
        driver = self._driver
        before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        finally:
            driver.execute(f"PRAGMA busy_timeout = {before}")
        if not driver.in_transaction:
            await self.apart(driver.execute, "BEGIN IMMEDIATE")
        self._connection.begin()

    async def commit(self) -> None:
        await self.apart(self._connection.commit)

    async def rollback(self) -> None:
        await self.apart(self._connection.rollback)

    async def apart(
        self, work: Callable[P, Result], *arguments: P.args, **options: P.kwargs
    ) -> Result:
        """In the thread. Whoever is cancelled meanwhile waits for its end: the connection is not
        free before."""
        future = asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: work(*arguments, **options)
        )
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            raise

    async def _if_short(self, run: Callable[[], Result]) -> Result:
        driver = self._driver
        driver.only_short = True
        try:
            return run()
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
                raise
        finally:
            driver.only_short = False
        return await self.apart(run)

    @property
    def _driver(self) -> DriverConnection:
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, DriverConnection)  # noqa: S101 - the engine makes no others
        return driver
