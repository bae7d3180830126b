"""Bound certificates that are revoked, and the lists that have been swept."""

import sqlalchemy as sa
from alembic import op

from gateway.store.tables import Time

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificates", sa.Column("revoked_at", Time))
    op.add_column("certificates", sa.Column("revocation_reason", sa.String(32)))
    op.add_column("certificates", sa.Column("found_revoked_at", Time))
    op.create_table(
        "swept_lists",
        sa.Column("anchor_set", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=100), nullable=False),
        sa.Column("swept_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("anchor_set", "digest", name=op.f("pk_swept_lists")),
    )
