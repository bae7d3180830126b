"""Writes operation, authentication and event entries into the store."""

import asyncio
from collections.abc import Callable
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.model import Entry
from gateway.audit.records import log_entries
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records

_INSERT = log_entries.insert()
_Waiting = tuple[tuple[Entry, ...], asyncio.Future[None]]


def nobody(_: Entry) -> None:
    """Whoever is told of entries where nobody is."""


class AuditLog:
    """`told` hears of every entry as it is written; counting is what it is for."""

    def __init__(
        self, records: Records, keyed_hash: KeyedHash, told: Callable[[Entry], None] = nobody
    ) -> None:
        self._records = records
        self._keyed_hash = keyed_hash
        self._told = told
        self._waiting: list[_Waiting] = []
        self._recording: asyncio.Task[None] | None = None

    async def write(self, connection: AsyncConnection, *entries: Entry) -> None:
        """In the caller's transaction: what is described and its entry stand or fall together."""
        await connection.execute(_INSERT, [_row(entry) for entry in entries])
        for entry in entries:
            self._told(entry)

    async def record(self, *entries: Entry) -> None:
        """What changes no record: committed before this returns, in one transaction with what
        others record at the same moment. The disk is waited for once, however many they are."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, committed))
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record_waiting())
        await committed

    async def _record_waiting(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                async with self._records.writing() as connection:
                    await self.write(connection, *chain.from_iterable(each for each, _ in together))
            except Exception as error:  # noqa: BLE001 - it is told to everybody whom it concerns
                failure = error
            for _, committed in together:
                if committed.done():
                    continue  # whoever waited was cancelled; what happened is in the log
                if failure is None:
                    committed.set_result(None)
                else:
                    committed.set_exception(failure)

    def pseudonym(self, resident_id: str) -> str:
        """How a resident is named in a log: the same everywhere, no way back without the key."""
        return self._keyed_hash.hash("log-resident", resident_id)


def _row(entry: Entry) -> dict[str, object]:
    origin = entry.origin
    return {
        "at": entry.at,
        "kind": entry.kind,
        "deed": entry.deed,
        "outcome": entry.outcome,
        "actor": origin.actor,
        "tenant_id": entry.tenant_id,
        "client_id": entry.client_id,
        "resident": entry.resident,
        "address": origin.address,
        "request_id": origin.request_id,
        "detail": dict(entry.detail),
    }
