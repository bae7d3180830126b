"""Services and readers as those see them who administer them: all but their secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NoSuchThing, StaleVersion
from gateway.tenants.conformance import Conformance
from gateway.tenants.metadata import ClientMetadata, is_identifier
from gateway.tenants.model import ClientKind
from gateway.tenants.paging import any_contains, one_page
from gateway.tenants.records import change_row, client_registrations, clients, logos
from gateway.tenants.registry import find_tenant


class ClientState(StrEnum):
    """Only an active client is found."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ClientRecord:
    client_id: str
    tenant_id: str
    kind: ClientKind
    metadata: ClientMetadata
    state: ClientState
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int
    has_secret: bool
    client_secret_made_at: datetime | None
    """None where there is none, or where it was brought along in a registration file."""
    former_secret_until: datetime | None
    has_logo: bool
    manages_itself: bool
    """It registered itself and may change its registration (RFC 7592)."""
    conformed_at: datetime | None
    conformance: Conformance | None
    """Of the last run that passed."""


_RECORD = sa.select(
    clients.c.client_id,
    clients.c.tenant_id,
    clients.c.kind,
    clients.c.metadata,
    clients.c.state,
    clients.c.created_at,
    clients.c.updated_at,
    clients.c.deleted_at,
    clients.c.version,
    clients.c.client_secret_hash.is_not(None).label("has_secret"),
    clients.c.client_secret_made_at,
    clients.c.former_secret_until,
    sa.exists().where(logos.c.client_id == clients.c.client_id).label("has_logo"),
    sa.exists()
    .where(client_registrations.c.client_id == clients.c.client_id)
    .label("manages_itself"),
    clients.c.conformed_at,
    clients.c.conformance,
)
_SEARCHED = (
    clients.c.client_id,
    clients.c.metadata["client_name_ja"].as_string(),
    clients.c.metadata["client_name_en"].as_string(),
)


async def find_client_record(
    connection: AsyncConnection, tenant_id: str, client_id: str
) -> ClientRecord:
    """Whatever its state. Raises NoSuchThing, also where it is another tenant's."""
    if not is_identifier(tenant_id) or not is_identifier(client_id):
        raise NoSuchThing  # what a store would choke on gets as far as this
    own = (clients.c.tenant_id == tenant_id, clients.c.client_id == client_id)
    row = (await connection.execute(_RECORD.where(*own))).one_or_none()
    if row is None:
        raise NoSuchThing
    return _record(row)


async def list_clients(
    connection: AsyncConnection,
    tenant_id: str,
    kind: ClientKind,
    *,
    after: str | None,
    limit: int,
    state: ClientState | None = None,
    text: str | None = None,
) -> tuple[ClientRecord, ...]:
    """In the order of their IDs, from the one behind `after` on. `text`: a part of ID or name.
    Raises InvalidField, or NoSuchThing for the tenant."""
    await find_tenant(connection, tenant_id)
    own = (clients.c.tenant_id == tenant_id, clients.c.kind == kind)
    asked = one_page(_RECORD.where(*own), clients.c.client_id, after, limit)
    if state is not None:
        asked = asked.where(clients.c.state == state)
    if text:
        asked = asked.where(any_contains(_SEARCHED, text))
    return tuple(_record(row) for row in await connection.execute(asked))


async def client_as_seen(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    *allowed: ClientState,
) -> ClientRecord:
    """Before a change. Raises NoSuchThing, StaleVersion, or Conflict where its state, or its
    tenant's, does not allow the change."""
    found = await find_client_record(connection, tenant_id, client_id)
    if found.version != expected_version:
        raise StaleVersion
    if (await find_tenant(connection, tenant_id)).is_gone:
        raise Conflict("the tenant is deleted")
    if found.state not in allowed:
        raise Conflict(f"the {found.kind} is {found.state}")
    return found


async def write_client(
    connection: AsyncConnection, before: ClientRecord, values: Mapping[str, object], now: datetime
) -> ClientRecord:
    """Raises StaleVersion where somebody else was faster."""
    own = clients.c.client_id == before.client_id
    await change_row(connection, clients, own, before.version, {**values, "updated_at": now})
    return await find_client_record(connection, before.tenant_id, before.client_id)


def _record(row: sa.Row[Any]) -> ClientRecord:
    told = row.conformance
    return ClientRecord(
        client_id=row.client_id,
        tenant_id=row.tenant_id,
        kind=ClientKind(row.kind),
        metadata=msgspec.convert(row.metadata, ClientMetadata),
        state=ClientState(row.state),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        version=row.version,
        has_secret=row.has_secret,
        client_secret_made_at=row.client_secret_made_at,
        former_secret_until=row.former_secret_until,
        has_logo=row.has_logo,
        manages_itself=row.manages_itself,
        conformed_at=row.conformed_at,
        conformance=None if told is None else msgspec.convert(told, Conformance),
    )
