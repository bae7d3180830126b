"""What an operator sees of a resident and does with one. Names and addresses are not part of it:
`Residents.attributes` opens those, one resident at a time."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import CertificateType
from gateway.errors import NoSuchThing
from gateway.residents.model import ResidentState
from gateway.residents.records import certificates, links, residents
from gateway.residents.standing import AttributeStanding, BoundSignature, standing
from gateway.residents.states import Change
from gateway.residents.transition import change_state


@dataclass(frozen=True, slots=True)
class BoundCertificate:
    certificate_type: CertificateType
    not_after: datetime
    bound_at: datetime
    revoked_at: datetime | None = None
    """By the CA's word, which may leave it out."""
    revocation_reason: str | None = None
    """RFC 5280 §5.3.1. None: nothing is known against it."""
    found_revoked_at: datetime | None = None
    """When the gateway learned it, and what was open under it ended."""


@dataclass(frozen=True, slots=True)
class LinkRecord:
    client_id: str
    local_id: str = field(repr=False)
    linked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    resident_id: str
    common_id: str = field(repr=False)
    state: ResidentState
    created_at: datetime
    changed_at: datetime | None
    """When the state last changed, an authentication certificate was found to be revoked, or the
    resident signed out everywhere. What was begun before it is over."""
    version: int
    certificates: tuple[BoundCertificate, ...]
    links: tuple[LinkRecord, ...]
    """Ended ones too."""

    @property
    def standing(self) -> AttributeStanding:
        return standing(
            BoundSignature(one.bound_at, one.revocation_reason)
            for one in self.certificates
            if one.certificate_type is CertificateType.SIGNATURE
        )


async def find_resident_record(
    connection: AsyncConnection, resident_id: str
) -> ResidentRecord | None:
    query = sa.select(residents).where(residents.c.resident_id == resident_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return ResidentRecord(
        resident_id=row.resident_id,
        common_id=row.common_id,
        state=ResidentState(row.state),
        created_at=row.created_at,
        changed_at=row.changed_at,
        version=row.version,
        certificates=await _certificates(connection, resident_id),
        links=await _links(connection, resident_id),
    )


async def suspend(
    connection: AsyncConnection, resident_id: str, *, expected_version: int, now: datetime
) -> ResidentRecord:
    """The caller ends the grants in the same transaction, here and in every other change."""
    return await _change(connection, resident_id, Change.SUSPEND, expected_version, now)


async def resume(
    connection: AsyncConnection, resident_id: str, *, expected_version: int, now: datetime
) -> ResidentRecord:
    return await _change(connection, resident_id, Change.RESUME, expected_version, now)


async def mark_deceased(
    connection: AsyncConnection, resident_id: str, *, expected_version: int, now: datetime
) -> ResidentRecord:
    return await _change(connection, resident_id, Change.MARK_DECEASED, expected_version, now)


async def unmark_deceased(
    connection: AsyncConnection, resident_id: str, *, expected_version: int, now: datetime
) -> ResidentRecord:
    """A mistake is put right. They are suspended then: `resume` lets them in."""
    return await _change(connection, resident_id, Change.UNMARK_DECEASED, expected_version, now)


async def _change(
    connection: AsyncConnection,
    resident_id: str,
    change: Change,
    expected_version: int,
    now: datetime,
) -> ResidentRecord:
    await change_state(connection, resident_id, change, now, expected_version)
    record = await find_resident_record(connection, resident_id)
    if record is None:
        raise NoSuchThing
    return record


async def _certificates(
    connection: AsyncConnection, resident_id: str
) -> tuple[BoundCertificate, ...]:
    query = (
        sa.select(certificates)
        .where(certificates.c.resident_id == resident_id)
        .order_by(certificates.c.bound_at, certificates.c.certificate_type)
    )
    return tuple(
        BoundCertificate(
            certificate_type=CertificateType(row.certificate_type),
            not_after=row.not_after,
            bound_at=row.bound_at,
            revoked_at=row.revoked_at,
            revocation_reason=row.revocation_reason,
            found_revoked_at=row.found_revoked_at,
        )
        for row in await connection.execute(query)
    )


async def _links(connection: AsyncConnection, resident_id: str) -> tuple[LinkRecord, ...]:
    query = (
        sa.select(links.c.client_id, links.c.local_id, links.c.linked_at, links.c.ended_at)
        .where(links.c.resident_id == resident_id)
        .order_by(links.c.linked_at, links.c.link_id)
    )
    return tuple(
        LinkRecord(row.client_id, row.local_id, row.linked_at, row.ended_at)
        for row in await connection.execute(query)
    )
