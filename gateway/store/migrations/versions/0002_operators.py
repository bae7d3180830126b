"""The operators' door: states and versions, operators, allow-lists, logs and their seals."""

import sqlalchemy as sa
from alembic import op

from gateway.store.tables import Time

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _states()
    _networks_and_logos()
    _operators()
    _credentials()
    _two_person_deeds()
    _logs()


def _states() -> None:
    for table in ("tenants", "clients"):
        _add(table, sa.Column("state", sa.String(16), nullable=False, server_default="active"))
        _add(table, sa.Column("deleted_at", Time))
    for table in ("tenants", "clients", "residents"):
        _add(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table in ("tenants", "residents"):
        _add(table, sa.Column("changed_at", Time))
    _add("clients", sa.Column("client_secret_made_at", Time))
    _add("clients", sa.Column("former_secret_hash", sa.String(64)))
    _add("clients", sa.Column("former_secret_until", Time))
    _add("basic_attributes", sa.Column("name_birth_hash", sa.String(64)))
    _index("basic_attributes", "name_birth_hash")
    _add("binding_reviews", sa.Column("doubtful_hash", sa.String(64)))
    _add("binding_reviews", sa.Column("doubtful_not_after", Time))
    _add("binding_reviews", sa.Column("decision", sa.String(16)))
    _add("binding_reviews", sa.Column("decided_at", Time))
    _add("binding_reviews", sa.Column("decided_by", sa.String(32)))


def _add(table: str, column: sa.Column[object]) -> None:
    op.add_column(table, column)


def _networks_and_logos() -> None:
    op.create_table(
        "logos",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_logos_client_id")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_logos")),
    )
    op.create_table(
        "allowed_networks",
        sa.Column("network_id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("network", sa.String(length=43), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("added_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_allowed_networks_tenant_id")
        ),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_allowed_networks")),
    )
    _index("allowed_networks", "tenant_id")


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("login_name", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("wrapped_totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("notice_acknowledged_at", Time, nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("changed_at", Time, nullable=True),
        sa.Column("last_signed_in_at", Time, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_operators_tenant_id")
        ),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_operators")),
        sa.UniqueConstraint("login_name", name=op.f("uq_operators_login_name")),
    )
    _index("operators", "tenant_id")


def _credentials() -> None:
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("last_used_at", Time, nullable=True),
        _of_operator("passkeys"),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("used_at", Time, nullable=True),
        _of_operator("invitations"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("last_used_at", Time, nullable=True),
        _of_operator("api_tokens"),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    for table in ("passkeys", "invitations", "api_tokens"):
        _index(table, "operator_id")


def _of_operator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["operator_id"], ["operators.operator_id"], name=op.f(f"fk_{table}_operator_id")
    )


def _two_person_deeds() -> None:
    op.create_table(
        "two_person_deeds",
        sa.Column("deed_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("document_number", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", Time, nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_two_person_deeds_tenant_id")
        ),
        sa.PrimaryKeyConstraint("deed_id", name=op.f("pk_two_person_deeds")),
    )
    _index("two_person_deeds", "tenant_id")


def _logs() -> None:
    op.create_table(
        "log_entries",
        sa.Column("entry_id", _Number, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("deed", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("resident", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_log_entries")),
        sqlite_autoincrement=True,
    )
    for column in ("actor", "tenant_id", "client_id", "resident", "address"):
        op.create_index(f"ix_log_entries_{column}_at", "log_entries", [column, "at"])
    _index("log_entries", "at")
    _index("log_entries", "request_id")
    op.create_table(
        "seals",
        sa.Column("seal_id", _Number, nullable=False),
        sa.Column("first_entry", _Number, nullable=False),
        sa.Column("last_entry", _Number, nullable=False),
        sa.Column("root_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", Time, nullable=False),
        sa.Column("signed_head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seal_id", name=op.f("pk_seals")),
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
