"""Tenants and their clients (services and readers) at rest."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import StaleVersion
from gateway.store.tables import Time, metadata

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("tenant_id", sa.String(64), primary_key=True),
    sa.Column("name_ja", sa.String(200), nullable=False),
    sa.Column("name_en", sa.String(200), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, server_default="active"),
    sa.Column("changed_at", Time),
    sa.Column("deleted_at", Time),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)

clients = sa.Table(
    "clients",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column(
        "tenant_id", sa.String(64), sa.ForeignKey("tenants.tenant_id"), nullable=False, index=True
    ),
    sa.Column("kind", sa.String(8), nullable=False),  # service | reader
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("client_secret_hash", sa.String(64)),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, server_default="active"),
    sa.Column("deleted_at", Time),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("client_secret_made_at", Time),
    # The secret before the last rotation, as long as both are good.
    sa.Column("former_secret_hash", sa.String(64)),
    sa.Column("former_secret_until", Time),
    # Both once more, sealed, where the secret is a key to check signatures with.
    sa.Column("client_secret_sealed", sa.LargeBinary),
    sa.Column("former_secret_sealed", sa.LargeBinary),
    # When it last passed `genkan conform`, and what passed then.
    sa.Column("conformed_at", Time),
    sa.Column("conformance", sa.JSON(none_as_null=True)),
)

logos = sa.Table(
    "logos",
    metadata,
    sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), primary_key=True),
    sa.Column("media_type", sa.String(32), nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
)

allowed_networks = sa.Table(
    "allowed_networks",
    metadata,
    sa.Column("network_id", sa.String(32), primary_key=True),
    # NULL: the platform's own list.
    sa.Column("tenant_id", sa.String(64), sa.ForeignKey("tenants.tenant_id"), index=True),
    sa.Column("network", sa.String(43), nullable=False),  # canonical CIDR
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("added_at", Time, nullable=False),
)

initial_access_tokens = sa.Table(
    "initial_access_tokens",
    metadata,
    sa.Column("token_id", sa.String(32), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column(
        "tenant_id", sa.String(64), sa.ForeignKey("tenants.tenant_id"), nullable=False, index=True
    ),
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("scope", sa.String(1000), nullable=False),
    # Whose software statements are needed; NULL: none is, and none is taken.
    sa.Column("software_issuer", sa.String(255)),
    sa.Column("software_jwks", sa.JSON(none_as_null=True)),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("uses_left", sa.Integer, nullable=False),
    sa.Column("revoked_at", Time),
)

client_registrations = sa.Table(
    "client_registrations",
    metadata,
    sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column(
        "initial_token_id",
        sa.String(32),
        sa.ForeignKey("initial_access_tokens.token_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("software_statement", sa.Text),
)

client_resources = sa.Table(
    "client_resources",
    metadata,
    # One service's on the whole gateway.
    sa.Column("resource", sa.String(512), primary_key=True),
    sa.Column(
        "client_id", sa.String(64), sa.ForeignKey("clients.client_id"), nullable=False, index=True
    ),
)

ClientRow = sa.Row[Any, Any, Any, Any, Any, Any, Any, Any]

_ACTIVE: sa.ColumnClause[str] = sa.literal_column("'active'")  # of ClientState and of TenantState
_CLIENT = (
    sa.select(
        clients.c.tenant_id,
        clients.c.kind,
        clients.c.metadata,
        clients.c.client_secret_hash,
        clients.c.former_secret_hash,
        clients.c.former_secret_until,
        clients.c.client_secret_sealed,
        clients.c.former_secret_sealed,
    )
    .select_from(clients.join(tenants))
    .where(
        clients.c.client_id == sa.bindparam("client_id"),
        clients.c.state == _ACTIVE,
        tenants.c.state == _ACTIVE,
    )
)
_TENANT = sa.select(tenants.c.tenant_id).where(tenants.c.tenant_id == sa.bindparam("tenant_id"))

# Who ends a tenant waits for whoever adds to it, or has ended it before (SQLite's writers stand in
# line anyway).
_NOT_ENDED = _TENANT.where(tenants.c.state != "ended").with_for_update(read=True)


async def find_client(connection: AsyncConnection, client_id: str) -> ClientRow | None:
    """One that may be used: it is active, and its tenant is."""
    return (await connection.execute(_CLIENT, {"client_id": client_id})).one_or_none()


async def has_tenant(connection: AsyncConnection, tenant_id: str) -> bool:
    """Whatever its state."""
    found = await connection.execute(_TENANT, {"tenant_id": tenant_id})
    return found.one_or_none() is not None


async def has_ended(connection: AsyncConnection, tenant_id: str) -> bool:
    """False stays false until this transaction ends: what is added is destroyed with the rest."""
    found = await connection.execute(_NOT_ENDED, {"tenant_id": tenant_id})
    return found.one_or_none() is None


async def change_row(
    connection: AsyncConnection,
    table: sa.Table,
    key: sa.ColumnElement[bool],
    expected_version: int,
    values: Mapping[str, object],
) -> None:
    """Raises StaleVersion where somebody else was faster."""
    change = table.update().where(key, table.c.version == expected_version)
    changed = await connection.execute(change.values(**values, version=expected_version + 1))
    if changed.rowcount == 0:
        raise StaleVersion
