"""What is registered at the gateway, straight from the store."""

import sqlalchemy as sa

from gateway.tenants.records import clients
from tests.support.gateway import Gateway


async def clients_of(gateway: Gateway) -> list[str]:
    """Whatever their state, by ID."""
    async with gateway.provider.records.reading() as connection:
        found = await connection.execute(sa.select(clients.c.client_id).order_by("client_id"))
        return list(found.scalars())
