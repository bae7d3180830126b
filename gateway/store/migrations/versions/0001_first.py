"""The first schema: keys, tenants and clients, residents, consents, grants."""

import sqlalchemy as sa
from alembic import op

from gateway.store.tables import Time

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keys()
    _tenants()
    _residents()
    _links_and_reviews()
    _consents_and_grants()


def _keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("alg", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("wrapped_private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("activated_at", Time, nullable=True),
        sa.Column("retired_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name_ja", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("client_secret_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_clients_tenant_id")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_clients")),
    )
    op.create_index(op.f("ix_clients_tenant_id"), "clients", ["tenant_id"], unique=False)


def _residents() -> None:
    op.create_table(
        "residents",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("common_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_residents")),
        sa.UniqueConstraint("common_id", name=op.f("uq_residents_common_id")),
    )
    op.create_table(
        "basic_attributes",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("attributes_hash", sa.String(length=64), nullable=False),
        sa.Column("read_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.resident_id"], name=op.f("fk_basic_attributes_resident_id")
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_basic_attributes")),
    )
    op.create_index(
        op.f("ix_basic_attributes_attributes_hash"),
        "basic_attributes",
        ["attributes_hash"],
        unique=False,
    )
    op.create_table(
        "certificates",
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("certificate_type", sa.String(length=16), nullable=False),
        sa.Column("not_after", Time, nullable=False),
        sa.Column("bound_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.resident_id"], name=op.f("fk_certificates_resident_id")
        ),
        sa.PrimaryKeyConstraint("identity_hash", name=op.f("pk_certificates")),
    )
    op.create_index(
        op.f("ix_certificates_resident_id"), "certificates", ["resident_id"], unique=False
    )


def _links_and_reviews() -> None:
    op.create_table(
        "links",
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("local_id", sa.String(length=255), nullable=False),
        sa.Column("linked_at", Time, nullable=False),
        sa.Column("ended_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.resident_id"], name=op.f("fk_links_resident_id")
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_resident_id"), "links", ["resident_id"], unique=False)
    op.create_index(
        "uq_links_client_id_local_id_current",
        "links",
        ["client_id", "local_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_links_client_id_resident_id_current",
        "links",
        ["client_id", "resident_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "binding_reviews",
        sa.Column("review_id", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("waiting_resident_id", sa.String(length=32), nullable=True),
        sa.Column("candidate_resident_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_resident_id"],
            ["residents.resident_id"],
            name=op.f("fk_binding_reviews_candidate_resident_id"),
        ),
        sa.ForeignKeyConstraint(
            ["waiting_resident_id"],
            ["residents.resident_id"],
            name=op.f("fk_binding_reviews_waiting_resident_id"),
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_binding_reviews")),
    )


def _consents_and_grants() -> None:
    op.create_table(
        "consents",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("given_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.resident_id"], name=op.f("fk_consents_resident_id")
        ),
        sa.PrimaryKeyConstraint("client_id", "resident_id", name=op.f("pk_consents")),
    )
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("auth_time", Time, nullable=False),
        sa.Column("acr", sa.String(length=128), nullable=False),
        sa.Column("amr", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(length=512), nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("revoked_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_client_id"), "grants", ["client_id"], unique=False)
    op.create_index(op.f("ix_grants_expires_at"), "grants", ["expires_at"], unique=False)
    op.create_index(op.f("ix_grants_resident_id"), "grants", ["resident_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("issued_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("used_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["grants.grant_id"],
            name=op.f("fk_refresh_tokens_grant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_grant_id"), "refresh_tokens", ["grant_id"], unique=False
    )
