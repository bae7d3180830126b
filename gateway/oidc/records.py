"""Grants and their refresh tokens: a family that is revoked as one."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("grant_id", sa.String(32), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("resident_id", sa.String(32), nullable=False, index=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("auth_time", Time, nullable=False),
    sa.Column("acr", sa.String(128), nullable=False),
    sa.Column("amr", sa.JSON, nullable=False),
    sa.Column("nonce", sa.String(512)),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False, index=True),
    sa.Column("revoked_at", Time),
)

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "grant_id",
        sa.String(32),
        sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("issued_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("used_at", Time),
)
