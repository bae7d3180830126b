"""The end of a tenant: what it held here is destroyed, its IDs are never given to anybody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict
from gateway.tenants.client_records import ClientState
from gateway.tenants.client_secrets import NO_SECRET
from gateway.tenants.metadata import ClientMetadata, as_stored
from gateway.tenants.records import (
    allowed_networks,
    client_registrations,
    client_resources,
    clients,
    initial_access_tokens,
    logos,
    tenants,
)
from gateway.tenants.registry import TenantState, find_tenant


@dataclass(frozen=True, slots=True)
class EndedTenant:
    client_ids: tuple[str, ...]
    """Whose links, consents and grants the rooms above destroy in the same transaction."""
    destroyed: Mapping[str, int]
    """Kind → how many, for the certificate: clients, secrets, logos, networks, tokens."""


_NOTHING = ClientMetadata(
    client_name_ja="",
    client_name_en="",
    purpose_ja="",
    purpose_en="",
    token_endpoint_auth_method="none",
    grant_types=(),
    scope="",
)
"""What is left of a client. No rule would let it be registered."""
_BLANK: Mapping[str, object] = {
    "state": ClientState.DELETED,
    "metadata": as_stored(_NOTHING),
    **NO_SECRET,
    "conformed_at": None,
    "conformance": None,
}


async def end_tenant(connection: AsyncConnection, tenant_id: str, now: datetime) -> EndedTenant:
    """For good, whatever its state was: two persons have decided. Raises NoSuchThing, or Conflict
    where it has ended."""
    tenant = await find_tenant(connection, tenant_id, for_update=True)
    if tenant.state is TenantState.ENDED:
        raise Conflict("the tenant has ended")
    own = clients.c.tenant_id == tenant_id
    found = await connection.execute(
        sa.select(clients.c.client_id, clients.c.client_secret_hash, clients.c.former_secret_hash)
        .where(own)
        .order_by(clients.c.client_id)
    )
    rows = found.all()
    their_ids = sa.select(clients.c.client_id).where(own)
    theirs = logos.c.client_id.in_(their_ids)
    held = client_resources.c.client_id.in_(their_ids)
    await connection.execute(client_resources.delete().where(held))
    destroyed = {
        "clients": len(rows),
        "secrets": sum(hashed is not None for row in rows for hashed in row[1:]),
        "logos": (await connection.execute(logos.delete().where(theirs))).rowcount,
        "networks": (
            await connection.execute(
                allowed_networks.delete().where(allowed_networks.c.tenant_id == tenant_id)
            )
        ).rowcount,
        "tokens": await _end_tokens(connection, tenant_id, their_ids),
    }
    blank = {**_BLANK, "updated_at": now, "deleted_at": sa.func.coalesce(clients.c.deleted_at, now)}
    await connection.execute(
        clients.update().where(own).values(**blank, version=clients.c.version + 1)
    )
    await connection.execute(
        tenants.update()
        .where(tenants.c.tenant_id == tenant_id)
        .values(
            state=TenantState.ENDED,
            name_ja="",
            name_en="",
            changed_at=now,
            deleted_at=tenant.deleted_at or now,
            version=tenant.version + 1,
        )
    )
    return EndedTenant(tuple(row.client_id for row in rows), destroyed)


async def _end_tokens(
    connection: AsyncConnection, tenant_id: str, client_ids: sa.Select[tuple[str]]
) -> int:
    """Those to register with, and those that clients manage themselves by."""
    managed = client_registrations.c.client_id.in_(client_ids)
    managing = await connection.execute(client_registrations.delete().where(managed))
    own = initial_access_tokens.c.tenant_id == tenant_id
    initial = await connection.execute(initial_access_tokens.delete().where(own))
    return managing.rowcount + initial.rowcount
