"""Somebody who administers services: the steps of a test in few words."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records
from gateway.tenants.administration import change_client, create_client
from gateway.tenants.client_records import ClientRecord, find_client_record
from gateway.tenants.model import ClientKind
from gateway.tenants.rotation import rotate_secret
from tests.tenants.town import LATER, NOW, OVERLAP, SERVICE, metadata

KEYED_HASH = KeyedHash(b"k" * 32)
OWN = ("hanasaki", "health")


@dataclass(frozen=True, slots=True)
class Office:
    records: Records

    async def create(
        self,
        client_id: str = "health",
        *,
        tenant_id: str = "hanasaki",
        good: dict[str, Any] = SERVICE,
        kind: ClientKind = ClientKind.SERVICE,
        **change: Any,
    ) -> tuple[ClientRecord, str | None]:
        made = metadata(good, **change)
        async with self.records.writing() as connection:
            return await create_client(
                connection, KEYED_HASH, tenant_id, kind, client_id, made, NOW
            )

    async def find(self, tenant_id: str = "hanasaki") -> ClientRecord:
        async with self.records.reading() as connection:
            return await find_client_record(connection, tenant_id, "health")

    async def change(self, version: int, **change: Any) -> tuple[ClientRecord, str | None]:
        changed = metadata(SERVICE, **change)
        async with self.records.writing() as connection:
            return await change_client(connection, KEYED_HASH, *OWN, changed, version, LATER)

    async def do(
        self, step: Callable[..., Awaitable[ClientRecord]], version: int, *more: object
    ) -> ClientRecord:
        async with self.records.writing() as connection:
            return await step(connection, *OWN, version, LATER, *more)

    async def do_rotate(
        self, version: int, overlap: timedelta = OVERLAP, now: datetime = NOW
    ) -> tuple[ClientRecord, str]:
        async with self.records.writing() as connection:
            return await rotate_secret(connection, KEYED_HASH, *OWN, overlap, version, now)
