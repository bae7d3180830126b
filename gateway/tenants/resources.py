"""Which service an API's address belongs to: one service's on the whole gateway, held by the store.

A deleted service holds its addresses no more; when it is restored, it takes them back.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.tenants.metadata import MetadataError
from gateway.tenants.records import client_resources

_OWN = client_resources.c.client_id == sa.bindparam("client_id")
_HELD = sa.select(client_resources.c.resource).where(_OWN)
_PROVIDER = sa.select(client_resources.c.client_id).where(
    client_resources.c.resource == sa.bindparam("resource")
)


async def hold_resources(
    connection: AsyncConnection, client_id: str, resources: Collection[str]
) -> None:
    """These, and no others any more. Raises MetadataError where one is another client's."""
    held = set((await connection.execute(_HELD, {"client_id": client_id})).scalars())
    given_up = client_resources.c.resource.in_(held - set(resources))
    if held - set(resources):
        await connection.execute(
            client_resources.delete().where(client_resources.c.client_id == client_id, given_up)
        )
    new = [
        {"resource": resource, "client_id": client_id}
        for resource in resources
        if resource not in held
    ]
    if not new:
        return
    try:
        await connection.execute(client_resources.insert(), new)
    except sa.exc.IntegrityError as cause:
        raise MetadataError("resources", "one of them is another client's") from cause


async def provider_of(connection: AsyncConnection, resource: str) -> str | None:
    """The client that holds it, whatever its state."""
    found = await connection.execute(_PROVIDER, {"resource": resource})
    return found.scalar_one_or_none()
