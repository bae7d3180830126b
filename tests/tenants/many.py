"""Many tenants at once, each with a service of its own."""

import msgspec
import sqlalchemy as sa

from gateway.store.api import Records
from gateway.tenants.records import clients, tenants
from tests.tenants.town import NOW, SERVICE, metadata


def client_of(number: int) -> str:
    return f"health-{number}"


async def add_tenants(records: Records, count: int) -> None:
    stored = msgspec.to_builtins(metadata(SERVICE))
    towns, services = [], []
    for number in range(count):
        tenant_id = f"town-{number}"
        towns.append(
            {"tenant_id": tenant_id, "name_ja": "町", "name_en": "Town", "created_at": NOW}
        )
        services.append(
            {
                "client_id": client_of(number),
                "tenant_id": tenant_id,
                "kind": "service",
                "metadata": stored,
                "created_at": NOW,
                "updated_at": NOW,
            }
        )
    async with records.writing() as connection:
        await connection.execute(sa.insert(tenants), towns)
        await connection.execute(sa.insert(clients), services)
