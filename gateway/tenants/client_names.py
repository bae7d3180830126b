"""What services are called, where a list of something else names them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.tenants.records import clients


@dataclass(frozen=True, slots=True)
class ClientName:
    """Whatever its state; without names where its tenant has ended."""

    tenant_id: str
    client_name_ja: str
    client_name_en: str


async def client_names(
    connection: AsyncConnection, client_ids: Iterable[str]
) -> Mapping[str, ClientName]:
    query = sa.select(
        clients.c.client_id,
        clients.c.tenant_id,
        clients.c.metadata["client_name_ja"].as_string(),
        clients.c.metadata["client_name_en"].as_string(),
    ).where(clients.c.client_id.in_(set(client_ids)))
    return {row[0]: ClientName(*row[1:]) for row in await connection.execute(query)}
