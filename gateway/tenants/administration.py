"""Services and readers come and go: each change in the caller's transaction, within one tenant."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField
from gateway.keys.hashing import KeyedHash
from gateway.tenants.client_records import (
    ClientRecord,
    ClientState,
    client_as_seen,
    find_client_record,
    write_client,
)
from gateway.tenants.client_secrets import NO_SECRET, hash_secret, new_secret
from gateway.tenants.metadata import ClientMetadata, as_stored, sector_of, uses_secret
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients
from gateway.tenants.registry import find_tenant

IN_USE = (ClientState.ACTIVE, ClientState.SUSPENDED)


async def create_client(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    tenant_id: str,
    kind: ClientKind,
    client_id: str,
    metadata: ClientMetadata,
    now: datetime,
) -> tuple[ClientRecord, str | None]:
    """The secret, where it uses one, is returned this once. Raises InvalidField, NoSuchThing
    for the tenant, or Conflict."""
    check_metadata(kind, client_id, metadata)
    if (await find_tenant(connection, tenant_id, for_update=True)).is_gone:
        raise Conflict("the tenant is deleted")
    taken = Conflict("the ID is or was another client's")
    asked = sa.select(clients.c.client_id).where(clients.c.client_id == client_id)
    if (await connection.execute(asked)).one_or_none() is not None:
        raise taken
    row: dict[str, object] = {"client_id": client_id, "tenant_id": tenant_id, "kind": kind}
    row |= {"metadata": as_stored(metadata), "created_at": now, "updated_at": now}
    secret = None
    if uses_secret(metadata):
        made, secret = _made(keyed_hash, client_id, now)
        row |= made
    try:
        await connection.execute(clients.insert().values(row))
    except sa.exc.IntegrityError as cause:
        raise taken from cause  # somebody else's transaction was faster
    return await find_client_record(connection, tenant_id, client_id), secret


async def change_client(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    tenant_id: str,
    client_id: str,
    metadata: ClientMetadata,
    expected_version: int,
    now: datetime,
) -> tuple[ClientRecord, str | None]:
    """A secret that is needed from now on is made and returned this once; one that is not is
    forgotten. Raises InvalidField, NoSuchThing, StaleVersion or Conflict."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    check_metadata(before.kind, client_id, metadata)
    _check_sector(before, metadata)
    values: dict[str, object] = {"metadata": as_stored(metadata)}
    secret = None
    if not uses_secret(metadata):
        values |= NO_SECRET
    elif not before.has_secret:
        made, secret = _made(keyed_hash, client_id, now)
        values |= made
    return await write_client(connection, before, values, now), secret


async def suspend_client(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """It is not found any more, in no worker, from the commit on."""
    seen = (tenant_id, client_id, expected_version)
    before = await client_as_seen(connection, *seen, ClientState.ACTIVE)
    return await write_client(connection, before, {"state": ClientState.SUSPENDED}, now)


async def resume_client(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    seen = (tenant_id, client_id, expected_version)
    before = await client_as_seen(connection, *seen, ClientState.SUSPENDED)
    return await write_client(connection, before, {"state": ClientState.ACTIVE}, now)


async def delete_client(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """It can be restored until the undo time is over; its ID is never given to another."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    values = {"state": ClientState.DELETED, "deleted_at": now}
    return await write_client(connection, before, values, now)


async def restore_client(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
    undo: timedelta,
) -> ClientRecord:
    """It comes back suspended, whatever it was: somebody has a look before it is used again."""
    seen = (tenant_id, client_id, expected_version)
    before = await client_as_seen(connection, *seen, ClientState.DELETED)
    if before.deleted_at is None or now >= before.deleted_at + undo:
        raise Conflict("the time to restore it is over")
    values = {"state": ClientState.SUSPENDED, "deleted_at": None}
    return await write_client(connection, before, values, now)


def _check_sector(before: ClientRecord, metadata: ClientMetadata) -> None:
    """Another sector is another `sub` for every resident: never by the way."""
    tenant_id, client_id = before.tenant_id, before.client_id
    after = sector_of(tenant_id, client_id, metadata)
    if metadata.sector_identifier is None and after != sector_of(
        tenant_id, client_id, before.metadata
    ):
        raise InvalidField(
            "sector_identifier",
            "every resident would get another sub; name the host that sub is to be made for",
        )


def _made(keyed_hash: KeyedHash, client_id: str, now: datetime) -> tuple[dict[str, object], str]:
    secret = new_secret()
    hashed = hash_secret(keyed_hash, client_id, secret)
    return {"client_secret_hash": hashed, "client_secret_made_at": now}, secret
