"""What a registration file says is made so, as far as nobody has stopped it in the console.

The file is authoritative for the names and the metadata in it: what was changed elsewhere is put
back, and told as a deed. It never starts again what was suspended, deleted or ended, and never
brings back a secret that this gateway has replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.tenants.client_records import ClientState
from gateway.tenants.client_secrets import NO_SECRET, hash_secret, new_secret, secret_columns
from gateway.tenants.metadata import (
    ClientMetadata,
    MetadataError,
    as_stored,
    signs_with_secret,
    uses_secret,
)
from gateway.tenants.metadata_rules import check_metadata, check_secret, check_tenant
from gateway.tenants.model import ClientKind, Tenant
from gateway.tenants.records import change_row, clients, has_tenant
from gateway.tenants.registry import change_tenant, create_tenant, find_tenant
from gateway.tenants.resources import hold_resources


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as it is handed in, unchecked."""

    kind: ClientKind
    client_id: str
    tenant_id: str
    metadata: ClientMetadata
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FileDeed:
    """What was really done, in the log's words: `service.created`."""

    deed: str
    tenant_id: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    deeds: tuple[FileDeed, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those that were made, by client_id: they are shown this once."""

    def __add__(self, other: "Registered") -> "Registered":
        return Registered(self.deeds + other.deeds, {**self.secrets, **other.secrets})


async def register_tenant(connection: AsyncConnection, tenant: Tenant, now: datetime) -> Registered:
    """Raises MetadataError."""
    check_tenant(tenant)
    named = (tenant.tenant_id, tenant.name_ja, tenant.name_en)
    if not await has_tenant(connection, tenant.tenant_id):
        await create_tenant(connection, *named, now)
        return Registered((FileDeed("tenant.created", tenant.tenant_id),))
    before = await find_tenant(connection, tenant.tenant_id, for_update=True)
    if before.is_gone or (before.tenant_id, before.name_ja, before.name_en) == named:
        return Registered()
    await change_tenant(connection, *named, before.version, now)
    return Registered((FileDeed("tenant.changed", tenant.tenant_id),))


async def register_client(
    connection: AsyncConnection, keyed_hash: KeyedHash, registration: Registration, now: datetime
) -> Registered:
    """Raises MetadataError."""
    client_id, tenant_id = registration.client_id, registration.tenant_id
    check_metadata(registration.kind, client_id, registration.metadata)
    if registration.client_secret is not None:
        check_secret(registration.metadata, registration.client_secret)
    if await _is_gone(connection, tenant_id):
        return Registered()
    before = await _find(connection, registration)
    if before is not None and before.state == ClientState.DELETED:
        return Registered()
    values, secret = _secret_values(keyed_hash, registration, before, now)
    made = {} if secret is None else {client_id: secret}
    if before is None:
        await _add(connection, registration, values, now)
        return Registered((_deed(registration, "created"),), made)
    if not await _change(connection, registration, values, before, now):
        return Registered()
    return Registered((_deed(registration, "changed"),), made)


async def _is_gone(connection: AsyncConnection, tenant_id: str) -> bool:
    try:
        return (await find_tenant(connection, tenant_id, for_update=True)).is_gone
    except NoSuchThing as cause:
        raise MetadataError("tenant_id", "there is no such tenant") from cause


async def _find(connection: AsyncConnection, registration: Registration) -> sa.Row[Any] | None:
    """Whatever its state. One tenant's client never becomes another's: its subjects, links and
    consents would go with it; nor does a service become a reader."""
    asked = sa.select(clients).where(clients.c.client_id == registration.client_id)
    before = (await connection.execute(asked)).one_or_none()
    if before is None:
        return None
    if before.tenant_id != registration.tenant_id:
        raise MetadataError("client_id", "another tenant has a client of this name")
    if before.kind != registration.kind:
        raise MetadataError("kind", f"the client is a {before.kind} and stays one")
    return before


def _secret_values(
    keyed_hash: KeyedHash, registration: Registration, before: sa.Row[Any] | None, now: datetime
) -> tuple[dict[str, object], str | None]:
    """The columns, and the secret where one was made. What is in the file may be old: it does not
    replace what was made here since, by rotation or at the first registration."""
    if not uses_secret(registration.metadata):
        return dict(NO_SECRET), None
    client_id, brought = registration.client_id, registration.client_secret
    metadata = registration.metadata
    is_kept = before is not None and _is_kept_for(metadata, before)
    unsealed: dict[str, object] = {}
    if not signs_with_secret(metadata):
        unsealed = {"client_secret_sealed": None, "former_secret_sealed": None}
    if brought is not None and (before is None or before.client_secret_made_at is None):
        hashed = hash_secret(keyed_hash, client_id, brought)
        if is_kept and before is not None and before.client_secret_hash == hashed:
            return unsealed, None  # what is sealed anew would look like a change
        return secret_columns(keyed_hash, client_id, metadata, brought), None
    if is_kept:
        return unsealed, None
    secret = new_secret()
    kept = secret_columns(keyed_hash, client_id, metadata, secret)
    return {**NO_SECRET, **kept, "client_secret_made_at": now}, secret


def _is_kept_for(metadata: ClientMetadata, before: sa.Row[Any]) -> bool:
    if before.client_secret_hash is None:
        return False
    return before.client_secret_sealed is not None or not signs_with_secret(metadata)


async def _add(
    connection: AsyncConnection,
    registration: Registration,
    values: Mapping[str, object],
    now: datetime,
) -> None:
    row: dict[str, object] = {
        "client_id": registration.client_id,
        "tenant_id": registration.tenant_id,
        "kind": registration.kind,
        "metadata": as_stored(registration.metadata),
        "created_at": now,
        "updated_at": now,
    }
    await connection.execute(clients.insert().values({**row, **values}))
    await hold_resources(connection, registration.client_id, registration.metadata.resources)


async def _change(
    connection: AsyncConnection,
    registration: Registration,
    values: Mapping[str, object],
    before: sa.Row[Any],
    now: datetime,
) -> bool:
    """False, and nothing is written, where it is so already."""
    known = before._mapping
    changed = {name: value for name, value in values.items() if known[name] != value}
    if msgspec.convert(before.metadata, ClientMetadata) != registration.metadata:
        changed["metadata"] = as_stored(registration.metadata)
    if not changed:
        return False
    await hold_resources(connection, registration.client_id, registration.metadata.resources)
    own = clients.c.client_id == registration.client_id
    await change_row(connection, clients, own, before.version, {**changed, "updated_at": now})
    return True


def _deed(registration: Registration, verb: str) -> FileDeed:
    deed = f"{registration.kind}.{verb}"
    return FileDeed(deed, registration.tenant_id, registration.client_id)
