"""Residents at rest: who they are (encrypted), which certificates prove them, how services know
them. Certificates are kept as keyed hashes only."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import CertificateType
from gateway.residents.model import (
    ProvenCertificate,
    Resident,
    ResidentState,
    ReviewCause,
)
from gateway.residents.standing import BoundSignature
from gateway.store.tables import Time, metadata

residents = sa.Table(
    "residents",
    metadata,
    sa.Column("resident_id", sa.String(32), primary_key=True),
    sa.Column("common_id", sa.String(32), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),  # ResidentState
    sa.Column("created_at", Time, nullable=False),
    sa.Column("changed_at", Time),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
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
    # None in rows of schema 0001 until they are opened or kept again.
    sa.Column("name_birth_hash", sa.String(64), index=True),
    sa.Column("read_at", Time, nullable=False),
    # Proofing; None in rows that were written before schema 0004.
    sa.Column("proofing", sa.JSON(none_as_null=True)),
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
    # By the CA's word; None where whoever told of it did not say.
    sa.Column("revoked_at", Time),
    sa.Column("revocation_reason", sa.String(32)),
    # When this gateway learned it: it is known to be revoked, for good, where this is not None.
    sa.Column("found_revoked_at", Time),
)

swept_lists = sa.Table(
    "swept_lists",
    metadata,
    sa.Column("anchor_set", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(100), primary_key=True),
    sa.Column("swept_at", Time, nullable=False),
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
    # The certificate that may not be the candidate's, where nobody waits under it.
    sa.Column("doubtful_hash", sa.String(64)),
    sa.Column("doubtful_not_after", Time),
    sa.Column("opened_at", Time, nullable=False),
    sa.Column("decision", sa.String(16)),
    sa.Column("decided_at", Time),
    sa.Column("decided_by", sa.String(32)),
)

_RESIDENT = sa.select(residents.c.resident_id, residents.c.common_id, residents.c.state)
_BY_ID = _RESIDENT.where(residents.c.resident_id == sa.bindparam("resident_id"))
_BY_CERTIFICATE = _RESIDENT.join(
    certificates, certificates.c.resident_id == residents.c.resident_id
).where(certificates.c.identity_hash == sa.bindparam("identity_hash"))
# On PostgreSQL whoever changes this resident waits until this transaction ends, or has gone before
# (SQLite's writers stand in line).
_HELD_BY_CERTIFICATE = _BY_CERTIFICATE.with_for_update(read=True, of=residents)
_ACTIVE = (
    sa.select(residents.c.resident_id)
    .where(
        residents.c.resident_id == sa.bindparam("resident_id"),
        residents.c.state == ResidentState.ACTIVE,
    )
    .with_for_update(read=True)
)
_SIGNATURES = sa.select(certificates.c.bound_at, certificates.c.revocation_reason).where(
    certificates.c.resident_id == sa.bindparam("resident_id"),
    certificates.c.certificate_type == CertificateType.SIGNATURE,
)
_BY_ATTRIBUTES = (
    _RESIDENT.join(basic_attributes, basic_attributes.c.resident_id == residents.c.resident_id)
    .where(basic_attributes.c.attributes_hash == sa.bindparam("attributes_hash"))
    .order_by(residents.c.created_at)
    .limit(1)
)


def in_force(since: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """What was begun `since` then holds: the resident is active, and was so all the time. A change
    of state, an authentication certificate that is revoked, or the resident's own signing out of
    everything ends it; the next change does not bring it back."""
    unchanged = sa.or_(residents.c.changed_at.is_(None), residents.c.changed_at <= since)
    return sa.and_(residents.c.state == ResidentState.ACTIVE, unchanged)


_IN_FORCE = sa.select(residents.c.resident_id).where(
    residents.c.resident_id == sa.bindparam("resident_id"),
    in_force(sa.bindparam("since", type_=Time)),
)


async def is_in_force(connection: AsyncConnection, resident_id: str, since: datetime) -> bool:
    found = await connection.execute(_IN_FORCE, {"resident_id": resident_id, "since": since})
    return found.one_or_none() is not None


async def is_active(connection: AsyncConnection, resident_id: str) -> bool:
    """And stays so until this transaction ends."""
    found = await connection.execute(_ACTIVE, {"resident_id": resident_id})
    return found.one_or_none() is not None


async def find_resident(connection: AsyncConnection, resident_id: str) -> Resident | None:
    return await _one(connection, _BY_ID, resident_id=resident_id)


async def find_holder(connection: AsyncConnection, identity_hash: str) -> Resident | None:
    return await _one(connection, _BY_CERTIFICATE, identity_hash=identity_hash)


async def hold_holder(connection: AsyncConnection, identity_hash: str) -> Resident | None:
    """As `find_holder`, whose state stays as it is until this transaction ends."""
    return await _one(connection, _HELD_BY_CERTIFICATE, identity_hash=identity_hash)


async def find_namesake(connection: AsyncConnection, attributes_hash: str) -> Resident | None:
    """The first to be registered with these four attributes."""
    return await _one(connection, _BY_ATTRIBUTES, attributes_hash=attributes_hash)


async def _one(
    connection: AsyncConnection, query: sa.Select[str, str, str], **values: str
) -> Resident | None:
    row = (await connection.execute(query, values)).one_or_none()
    if row is None:
        return None
    return Resident(row.resident_id, row.common_id, ResidentState(row.state))


async def stand_in_line(connection: AsyncConnection, attributes_hash: str) -> None:
    """Of two visits with the same attributes at the same moment, the second has to see what the
    first wrote. SQLite's writers stand in line anyway."""
    if connection.dialect.name == "postgresql":
        number = sa.func.hashtextextended(attributes_hash, 0)
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


async def add_resident(connection: AsyncConnection, resident: Resident, now: datetime) -> None:
    row = {
        "resident_id": resident.resident_id,
        "common_id": resident.common_id,
        "state": resident.state,
        "created_at": now,
    }
    await connection.execute(residents.insert().values(row))


async def bind_certificate(
    connection: AsyncConnection,
    resident: Resident,
    proven: ProvenCertificate,
    identity_hash: str,
    now: datetime,
) -> None:
    """A certificate is bound once; the primary key holds that."""
    row = {
        "identity_hash": identity_hash,
        "resident_id": resident.resident_id,
        "certificate_type": proven.certificate_type,
        "not_after": proven.not_after,
        "bound_at": now,
    }
    await connection.execute(certificates.insert().values(row))


async def bound_signatures(
    connection: AsyncConnection, resident_id: str
) -> tuple[BoundSignature, ...]:
    found = await connection.execute(_SIGNATURES, {"resident_id": resident_id})
    return tuple(BoundSignature(row.bound_at, row.revocation_reason) for row in found)


async def open_review(
    connection: AsyncConnection,
    cause: ReviewCause,
    candidate: Resident,
    now: datetime,
    *,
    waiting: Resident | None = None,
    doubtful: tuple[str, datetime | None] | None = None,
) -> None:
    """The same question is asked once, however often somebody comes back with the card. `doubtful`
    is the certificate it is about, as its hash and the end of its validity, where nobody waits."""
    doubtful_hash, doubtful_not_after = doubtful or (None, None)
    question = {
        "cause": cause,
        "waiting_resident_id": None if waiting is None else waiting.resident_id,
        "candidate_resident_id": candidate.resident_id,
        "doubtful_hash": doubtful_hash,
    }
    same = sa.select(binding_reviews.c.review_id).where(
        *(binding_reviews.c[name].is_not_distinct_from(value) for name, value in question.items())
    )
    if (await connection.execute(same)).first() is None:
        row = {
            "review_id": secrets.token_hex(16),
            "opened_at": now,
            "doubtful_not_after": doubtful_not_after,
            **question,
        }
        await connection.execute(binding_reviews.insert().values(row))
