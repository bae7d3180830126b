"""Writes operation, authentication and event entries into the store."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.model import Entry
from gateway.audit.records import log_entries
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records

_INSERT = log_entries.insert()


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

    async def write(self, connection: AsyncConnection, *entries: Entry) -> None:
        """In the caller's transaction: what is described and its entry stand or fall together."""
        await connection.execute(_INSERT, [_row(entry) for entry in entries])
        for entry in entries:
            self._told(entry)

    async def record(self, *entries: Entry) -> None:
        """What changes no record: in a transaction of its own, over before this returns."""
        async with self._records.writing() as connection:
            await self.write(connection, *entries)

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
