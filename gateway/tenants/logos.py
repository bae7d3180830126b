"""A client's logo: kept as it was checked, shown with the media type its bytes have."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import InvalidField, NoSuchThing
from gateway.tenants.administration import IN_USE
from gateway.tenants.client_records import (
    ClientRecord,
    client_as_seen,
    find_client_record,
    write_client,
)
from gateway.tenants.images import problem_of_image
from gateway.tenants.records import logos


@dataclass(frozen=True, slots=True)
class Logo:
    media_type: str
    image: bytes = field(repr=False)


async def find_logo(connection: AsyncConnection, tenant_id: str, client_id: str) -> Logo:
    """Raises NoSuchThing, also where the client is another tenant's."""
    await find_client_record(connection, tenant_id, client_id)
    asked = sa.select(logos.c.media_type, logos.c.image).where(logos.c.client_id == client_id)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise NoSuchThing
    return Logo(row.media_type, row.image)


async def put_logo(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    media_type: str,
    image: bytes,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """In the place of the one before. Raises what a change does, or InvalidField."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    problem = problem_of_image(media_type, image)
    if problem is not None:
        raise InvalidField("logo", problem)
    await connection.execute(logos.delete().where(logos.c.client_id == client_id))
    row = {"client_id": client_id, "media_type": media_type, "image": image}
    await connection.execute(logos.insert().values(row))
    return await write_client(connection, before, {}, now)


async def remove_logo(
    connection: AsyncConnection,
    tenant_id: str,
    client_id: str,
    expected_version: int,
    now: datetime,
) -> ClientRecord:
    """Raises NoSuchThing, also where there is none, StaleVersion or Conflict."""
    before = await client_as_seen(connection, tenant_id, client_id, expected_version, *IN_USE)
    if not before.has_logo:
        raise NoSuchThing
    await connection.execute(logos.delete().where(logos.c.client_id == client_id))
    return await write_client(connection, before, {}, now)
