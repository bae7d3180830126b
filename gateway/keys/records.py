"""Where keys lie: only wrapped under the master key."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("kid", sa.String(64), primary_key=True),
    sa.Column("alg", sa.String(8), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),  # next | active | retired
    sa.Column("public_jwk", sa.JSON, nullable=False),
    sa.Column("wrapped_private_key", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("activated_at", Time),
    sa.Column("retired_at", Time),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)
