"""The complete OpenID provider: what a grant has besides its scopes, and its sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _grants()


def _grants() -> None:
    op.add_column("grants", sa.Column("session_id", sa.String(64)))
    op.add_column("grants", sa.Column("details", sa.JSON(none_as_null=True)))
    op.create_index(op.f("ix_grants_session_id"), "grants", ["session_id"])
