"""A new secret for a client, while the one before it stays good for a while."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField
from gateway.keys.hashing import KeyedHash
from gateway.tenants.administration import IN_USE
from gateway.tenants.client_records import ClientRecord, client_as_seen, write_client
from gateway.tenants.client_secrets import new_secret, secret_columns
from gateway.tenants.records import clients


async def rotate_secret(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    tenant_id: str,
    client_id: str,
    overlap: timedelta,
    expected_version: int,
    now: datetime,
) -> tuple[ClientRecord, str]:
    """The new secret is returned this once. The present one is good until the overlap is over, one
    that was former before is good no more; without an overlap the present one ends at once.
    Raises InvalidField, NoSuchThing, StaleVersion or Conflict."""
    if overlap < timedelta():
        raise InvalidField("overlap", "zero or more")
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    if not before.has_secret:
        raise Conflict(f"the {before.kind} authenticates without a secret")
    secret = new_secret()
    values: dict[str, object] = {
        **secret_columns(keyed_hash, client_id, before.metadata, secret),
        "client_secret_made_at": now,
        "former_secret_hash": clients.c.client_secret_hash if overlap else sa.null(),
        "former_secret_sealed": clients.c.client_secret_sealed if overlap else sa.null(),
        "former_secret_until": now + overlap if overlap else None,
    }
    return await write_client(connection, before, values, now), secret


async def end_former_secret(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """Before its time. Raises NoSuchThing, StaleVersion, or Conflict where there is none."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    if before.former_secret_until is None:
        raise Conflict("there is no former secret")
    former = ("former_secret_hash", "former_secret_sealed", "former_secret_until")
    values: dict[str, object] = dict.fromkeys(former)
    return await write_client(connection, before, values, now)
