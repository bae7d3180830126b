"""How many tenants, services and readers there are, and which secrets want looking after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.tenants.client_records import ClientState
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients, tenants
from gateway.tenants.registry import TenantState


@dataclass(frozen=True, slots=True)
class SecretAge:
    """A secret that was made long ago, or has a former one beside it that is still good."""

    client_id: str
    kind: str
    client_name_ja: str
    client_name_en: str
    made_at: datetime
    former_until: datetime | None


_KEPT = clients.c.state != ClientState.DELETED
_made_at = sa.func.coalesce(
    clients.c.client_secret_made_at, clients.c.created_at, type_=clients.c.created_at.type
)


async def count_clients(
    connection: AsyncConnection, tenant_id: str | None, kind: ClientKind
) -> Mapping[str, int]:
    """By state, every state named; of all tenants where none is named."""
    query = sa.select(clients.c.state, sa.func.count()).where(clients.c.kind == kind)
    if tenant_id is not None:
        query = query.where(clients.c.tenant_id == tenant_id)
    found = await connection.execute(query.group_by(clients.c.state))
    return {**dict.fromkeys(ClientState, 0), **dict(found.all())}


async def count_tenants(connection: AsyncConnection) -> Mapping[str, int]:
    """By state, every state named."""
    query = sa.select(tenants.c.state, sa.func.count()).group_by(tenants.c.state)
    found = await connection.execute(query)
    return {**dict.fromkeys(TenantState, 0), **dict(found.all())}


async def secrets_to_look_at(
    connection: AsyncConnection,
    tenant_id: str,
    *,
    made_before: datetime,
    now: datetime,
    limit: int,
) -> tuple[SecretAge, ...]:
    """The oldest first. One that was brought along is as old as the client."""
    query = (
        sa.select(
            clients.c.client_id,
            clients.c.kind,
            clients.c.metadata["client_name_ja"].as_string(),
            clients.c.metadata["client_name_en"].as_string(),
            _made_at,
            sa.case((clients.c.former_secret_until > now, clients.c.former_secret_until)),
        )
        .where(
            clients.c.tenant_id == tenant_id,
            _KEPT,
            clients.c.client_secret_hash.is_not(None),
            (_made_at < made_before) | (clients.c.former_secret_until > now),
        )
        .order_by(_made_at, clients.c.client_id)
        .limit(limit)
    )
    return tuple(SecretAge(*row) for row in await connection.execute(query))
