"""Residents at rest: who they are (encrypted), which certificates prove them, how services know
them. Certificates are kept as keyed hashes only."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

residents = sa.Table(
    "residents",
    metadata,
    sa.Column("resident_id", sa.String(32), primary_key=True),
    sa.Column("common_id", sa.String(32), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),  # active | waiting
    sa.Column("created_at", Time, nullable=False),
)

basic_attributes = sa.Table(
    "basic_attributes",
    metadata,
    sa.Column(
        "resident_id", sa.String(32), sa.ForeignKey("residents.resident_id"), primary_key=True
    ),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("attributes_hash", sa.String(64), nullable=False, index=True),
    sa.Column("read_at", Time, nullable=False),
)

certificates = sa.Table(
    "certificates",
    metadata,
    sa.Column("identity_hash", sa.String(64), primary_key=True),
    sa.Column(
        "resident_id",
        sa.String(32),
        sa.ForeignKey("residents.resident_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("certificate_type", sa.String(16), nullable=False),
    sa.Column("not_after", Time, nullable=False),
    sa.Column("bound_at", Time, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("link_id", sa.String(32), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False),
    sa.Column(
        "resident_id",
        sa.String(32),
        sa.ForeignKey("residents.resident_id"),
        nullable=False,
        index=True,
    ),
    sa.Column("local_id", sa.String(255), nullable=False),
    sa.Column("linked_at", Time, nullable=False),
    sa.Column("ended_at", Time),
)
# One local ID is one resident within a service, both ways; ended links stay as history.
sa.Index(
    "uq_links_client_id_resident_id_current",
    links.c.client_id,
    links.c.resident_id,
    unique=True,
    sqlite_where=links.c.ended_at.is_(None),
    postgresql_where=links.c.ended_at.is_(None),
)
sa.Index(
    "uq_links_client_id_local_id_current",
    links.c.client_id,
    links.c.local_id,
    unique=True,
    sqlite_where=links.c.ended_at.is_(None),
    postgresql_where=links.c.ended_at.is_(None),
)

binding_reviews = sa.Table(
    "binding_reviews",
    metadata,
    sa.Column("review_id", sa.String(32), primary_key=True),
    sa.Column("cause", sa.String(32), nullable=False),
    sa.Column("waiting_resident_id", sa.String(32), sa.ForeignKey("residents.resident_id")),
    sa.Column(
        "candidate_resident_id",
        sa.String(32),
        sa.ForeignKey("residents.resident_id"),
        nullable=False,
    ),
    sa.Column("opened_at", Time, nullable=False),
)
