"""A revocation source whose lists a test writes by hand, and the sweep over them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from gateway.audit.log import AuditLog
from gateway.card.api import (
    CertificatePath,
    CertificateStatus,
    CertificateType,
    RevokedCertificate,
    RevokedCertificates,
    StatusValue,
    ValidationContext,
)
from gateway.oidc.ending import revoke_of_residents
from gateway.residents.records import certificates, residents
from gateway.residents.revocations import Revocations
from gateway.residents.sweep import Sweep
from gateway.store.api import Moments, Records
from gateway.store.memory import MemoryMoments
from tests.residents.conftest import KEYED_HASH
from tests.residents.people import LATER, NOW
from tests.support.gateway import MovableClock

REVOKED_AT = NOW - timedelta(days=1)
TYPES = {
    "jpki-auth": CertificateType.AUTHENTICATION,
    "jpki-sign": CertificateType.SIGNATURE,
}


@dataclass
class Lists:
    """What a plugin would be that lists what is revoked."""

    settings: Mapping[str, object] = field(default_factory=dict)
    name: str = "lists"
    published: list[RevokedCertificates] = field(default_factory=list)
    readings: int = 0
    """How often entries were asked for."""

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        return CertificateStatus(StatusValue.UNKNOWN, self.name)

    async def revoked(self, now: datetime) -> list[RevokedCertificates]:
        return self.published

    def publish(
        self,
        anchor_set: str,
        *serial_numbers: int,
        reason: str = "keyCompromise",
        broken_after: int | None = None,
    ) -> None:
        """One more list, each of other content. One that is broken can be read so far and no
        further."""

        def entries() -> Iterator[RevokedCertificate]:
            self.readings += 1
            return _entries(serial_numbers, reason, broken_after)

        digest = f"list-{len(self.published)}"
        self.published.append(RevokedCertificates(anchor_set, digest, REVOKED_AT, entries))


def _entries(
    serial_numbers: Iterable[int], reason: str, broken_after: int | None
) -> Iterator[RevokedCertificate]:
    for number, serial_number in enumerate(serial_numbers):
        if number == broken_after:
            raise OSError("the disk is gone")
        yield RevokedCertificate(serial_number, REVOKED_AT, reason)


def sweep_over(records: Records, source: Lists, moments: Moments | None = None) -> Sweep:
    clock = MovableClock(LATER)
    return Sweep(
        records=records,
        moments=moments or MemoryMoments(clock),
        keyed_hash=KEYED_HASH,
        revocations=Revocations(AuditLog(records, KEYED_HASH), revoke_of_residents, clock),
        sources=[source],
        certificate_types=TYPES,
        clock=clock,
    )


async def bindings(records: Records) -> dict[tuple[str, str], tuple[datetime | None, str | None]]:
    """When each was revoked, and why: by resident and type of certificate."""
    async with records.reading() as connection:
        rows = await connection.execute(sa.select(certificates))
        return {
            (row.resident_id, row.certificate_type): (row.revoked_at, row.revocation_reason)
            for row in rows
        }


async def changes(records: Records, resident_id: str) -> tuple[datetime | None, int]:
    """When what was open ended, and the version."""
    query = sa.select(residents).where(residents.c.resident_id == resident_id)
    async with records.reading() as connection:
        row = (await connection.execute(query)).one()
    return row.changed_at, row.version
