"""Tenants and their clients (services and readers) at rest."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("tenant_id", sa.String(64), primary_key=True),
    sa.Column("name_ja", sa.String(200), nullable=False),
    sa.Column("name_en", sa.String(200), nullable=False),
    sa.Column("created_at", Time, nullable=False),
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
)
