"""The complete OpenID provider: what a grant has besides its scopes, and its sign-in."""

import sqlalchemy as sa
from alembic import op

from gateway.store.tables import Time

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _grants()
    _logouts()
    _sign_in_is_open()
    _registration()
    _client_secrets()
    _conformance()
    _delegation()
    _proofing()


def _grants() -> None:
    op.add_column("grants", sa.Column("session_id", sa.String(64)))
    op.add_column("grants", sa.Column("details", sa.JSON(none_as_null=True)))
    op.create_index(op.f("ix_grants_session_id"), "grants", ["session_id"])


def _registration() -> None:
    op.create_table(
        "initial_access_tokens",
        sa.Column("token_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.String(length=1000), nullable=False),
        sa.Column("software_issuer", sa.String(length=255), nullable=True),
        sa.Column("software_jwks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("revoked_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_initial_access_tokens_tenant_id")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_initial_access_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_initial_access_tokens_token_hash")),
    )
    op.create_index(
        op.f("ix_initial_access_tokens_tenant_id"), "initial_access_tokens", ["tenant_id"]
    )
    op.create_table(
        "client_registrations",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("initial_token_id", sa.String(length=32), nullable=False),
        sa.Column("software_statement", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_client_registrations_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["initial_token_id"],
            ["initial_access_tokens.token_id"],
            name=op.f("fk_client_registrations_initial_token_id"),
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_registrations")),
    )
    op.create_index(
        op.f("ix_client_registrations_initial_token_id"),
        "client_registrations",
        ["initial_token_id"],
    )


def _logouts() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_ended_sessions")),
    )
    op.create_table(
        "logout_deliveries",
        sa.Column("delivery_id", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("sub", sa.String(64), nullable=False),
        sa.Column("sid", sa.String(64), nullable=True),
        sa.Column("resident", sa.String(64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_logout_deliveries")),
    )
    for column in ("client_id", "next_at"):
        op.create_index(op.f(f"ix_logout_deliveries_{column}"), "logout_deliveries", [column])


def _sign_in_is_open() -> None:
    """Asked by whoever writes a grant, who holds until their commit what whoever ends the sign-in
    waits for, or waits for it. What a volatile function reads is as new as its own statement, not
    as the one that calls it: it sees what was committed while it waited."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        """
        CREATE OR REPLACE FUNCTION sign_in_is_open(which text) RETURNS boolean
        LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(hashtextextended(which, 0));
            RETURN NOT EXISTS (SELECT FROM ended_sessions WHERE session_id = which);
        END
        $$
        """
    )


def _client_secrets() -> None:
    op.add_column("clients", sa.Column("client_secret_sealed", sa.LargeBinary))
    op.add_column("clients", sa.Column("former_secret_sealed", sa.LargeBinary))


def _conformance() -> None:
    op.add_column("clients", sa.Column("conformed_at", Time))
    op.add_column("clients", sa.Column("conformance", sa.JSON(none_as_null=True)))


def _proofing() -> None:
    op.add_column("basic_attributes", sa.Column("proofing", sa.JSON(none_as_null=True)))


def _delegation() -> None:
    op.create_table(
        "client_resources",
        sa.Column("resource", sa.String(length=512), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_client_resources_client_id")
        ),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_client_resources")),
    )
    op.create_index(op.f("ix_client_resources_client_id"), "client_resources", ["client_id"])
    op.add_column("consents", sa.Column("authorization_details", sa.JSON(none_as_null=True)))
