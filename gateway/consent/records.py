"""What a resident agreed to, per service."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

consents = sa.Table(
    "consents",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column(
        "resident_id", sa.String(32), sa.ForeignKey("residents.resident_id"), primary_key=True
    ),
    sa.Column("scopes", sa.JSON, nullable=False),
    # RFC 9396: each with who was agreed on as its other side.
    sa.Column("authorization_details", sa.JSON(none_as_null=True)),
    sa.Column("given_at", Time, nullable=False),
)
