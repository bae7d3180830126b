"""Operators at rest, their credentials, and the deeds that wait for a second person."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

operators = sa.Table(
    "operators",
    metadata,
    sa.Column("operator_id", sa.String(32), primary_key=True),
    # NULL: an operator of the platform.
    sa.Column("tenant_id", sa.String(64), sa.ForeignKey("tenants.tenant_id"), index=True),
    sa.Column("login_name", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("department", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # invited | active | suspended | deleted
    sa.Column("password_hash", sa.String(200)),
    sa.Column("wrapped_totp_secret", sa.LargeBinary),
    sa.Column("totp_last_step", sa.BigInteger),
    sa.Column("notice_acknowledged_at", Time),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("changed_at", Time),
    sa.Column("last_signed_in_at", Time),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)

passkeys = sa.Table(
    "passkeys",
    metadata,
    # base64url of up to 1,023 bytes (WebAuthn Level 3 §4).
    sa.Column("credential_id", sa.String(1400), primary_key=True),
    sa.Column(
        "operator_id",
        sa.String(32),
        sa.ForeignKey("operators.operator_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("last_used_at", Time),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "operator_id",
        sa.String(32),
        sa.ForeignKey("operators.operator_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("used_at", Time),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("token_id", sa.String(32), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column(
        "operator_id",
        sa.String(32),
        sa.ForeignKey("operators.operator_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("last_used_at", Time),
)

two_person_deeds = sa.Table(
    "two_person_deeds",
    metadata,
    sa.Column("deed_id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),  # DeedKind
    sa.Column("tenant_id", sa.String(64), sa.ForeignKey("tenants.tenant_id"), index=True),
    sa.Column("subject", sa.JSON, nullable=False),
    # 施行文書番号: the decision document the deed rests on.
    sa.Column("document_number", sa.String(100), nullable=False),
    sa.Column("reason", sa.String(400), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # DeedState
    sa.Column("asked_by", sa.String(32), nullable=False),
    sa.Column("asked_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("decided_by", sa.String(32)),
    sa.Column("decided_at", Time),
    sa.Column("result", sa.JSON),
)
