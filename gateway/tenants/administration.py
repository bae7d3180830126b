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
from gateway.tenants.client_secrets import NO_SECRET, new_secret, secret_columns
from gateway.tenants.metadata import (
    ClientMetadata,
    as_stored,
    sector_of,
    signs_with_secret,
    uses_secret,
)
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients
from gateway.tenants.registry import find_tenant
from gateway.tenants.resources import hold_resources
from gateway.tenants.self_management import end_self_management

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
        made, secret = _made(keyed_hash, client_id, metadata, now)
        row |= made
    try:
        await connection.execute(clients.insert().values(row))
    except sa.exc.IntegrityError as cause:
        raise taken from cause  # somebody else's transaction was faster
    await hold_resources(connection, client_id, metadata.resources)
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
    await hold_resources(connection, client_id, metadata.resources)
    values: dict[str, object] = {"metadata": as_stored(metadata)}
    secret = None
    if not uses_secret(metadata):
        values |= NO_SECRET
    elif not _is_kept_for(metadata, before):
        values |= NO_SECRET
        made, secret = _made(keyed_hash, client_id, metadata, now)
        values |= made
    elif not signs_with_secret(metadata):
        values |= {"client_secret_sealed": None, "former_secret_sealed": None}
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
    """It can be restored until the undo time is over; its ID is never given to another. It manages
    itself no more."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    await end_self_management(connection, client_id)
    await hold_resources(connection, client_id, ())
    values = {"state": ClientState.DELETED, "deleted_at": now}
    return await write_client(connection, before, values, now)


async def end_own_changes(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """Its developer's token is good no more. Raises Conflict where there is none."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    if not await end_self_management(connection, client_id):
        raise Conflict(f"the {before.kind} does not manage itself")
    return await write_client(connection, before, {}, now)


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
    try:
        await hold_resources(connection, client_id, before.metadata.resources)
    except InvalidField as cause:
        raise Conflict("the address of one of its APIs is another client's now") from cause
    values = {"state": ClientState.SUSPENDED, "deleted_at": None}
    return await write_client(connection, before, values, now)


def _is_kept_for(metadata: ClientMetadata, before: ClientRecord) -> bool:
    """Whether its secret can be used on. Of a hash no key is made again: who is to sign with the
    secret from now on gets another one."""
    signed_before = signs_with_secret(before.metadata)
    return before.has_secret and (signed_before or not signs_with_secret(metadata))


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


def _made(
    keyed_hash: KeyedHash, client_id: str, metadata: ClientMetadata, now: datetime
) -> tuple[dict[str, object], str]:
    secret = new_secret()
    kept = secret_columns(keyed_hash, client_id, metadata, secret)
    return {**kept, "client_secret_made_at": now}, secret
