"""What follows when the CA has revoked bound certificates: marked for good, what was begun with
them over, and told in the log. All of it, or nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from cryptography.x509 import ReasonFlags
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.card.api import CertificateType, RevokedCertificate
from gateway.clock import Clock
from gateway.residents.records import certificates, residents
from gateway.residents.standing import AFFILIATION_CHANGED
from gateway.residents.transition import end_what_was_begun
from gateway.store.tables import Time

REASONS = frozenset(flag.value for flag in ReasonFlags)
UNSPECIFIED = ReasonFlags.unspecified.value

EndGrants = Callable[[AsyncConnection, Sequence[str], datetime], Awaitable[None]]
"""Revokes what these residents have granted; a neighbour's room, so it is handed in."""

_HASHES: sa.BindParameter[str] = sa.bindparam("hashes", type_=sa.String, expanding=True)
# What is known stays; but of a signature certificate it may not be known yet that somebody moved.
_LEARNS = sa.and_(
    certificates.c.identity_hash.in_(_HASHES),
    sa.or_(
        certificates.c.found_revoked_at.is_(None),
        sa.and_(
            certificates.c.certificate_type == CertificateType.SIGNATURE,
            certificates.c.revocation_reason != AFFILIATION_CHANGED,
        ),
    ),
)
_BOUND = sa.select(certificates.c.identity_hash, certificates.c.found_revoked_at).where(_LEARNS)
_KNOWN = sa.select(certificates.c.revoked_at, certificates.c.revocation_reason).where(
    certificates.c.identity_hash == sa.bindparam("identity_hash"),
    certificates.c.found_revoked_at.is_not(None),
)
# On PostgreSQL whoever changes one of these residents has finished before, or waits. Always in the
# same order: two who hold several of them never wait for each other.
_HELD_RESIDENTS = (
    sa.select(residents.c.resident_id)
    .where(
        residents.c.resident_id.in_(sa.select(certificates.c.resident_id).where(_LEARNS)),
    )
    .order_by(residents.c.resident_id)
    .with_for_update()
)
_HELD_CERTIFICATES = (
    _BOUND.add_columns(certificates.c.resident_id, certificates.c.certificate_type)
    .order_by(certificates.c.identity_hash)
    .with_for_update()
)
_MARK = (
    certificates.update()
    .where(certificates.c.identity_hash == sa.bindparam("hash"))
    .values(
        revoked_at=sa.func.coalesce(certificates.c.revoked_at, sa.bindparam("at", type_=Time)),
        revocation_reason=sa.bindparam("reason"),
        found_revoked_at=sa.func.coalesce(
            certificates.c.found_revoked_at, sa.bindparam("now", type_=Time)
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Revocation:
    revoked_at: datetime | None
    """None where the CA's word leaves it out."""
    reason: str
    """RFC 5280 §5.3.1."""


async def find_bound(
    connection: AsyncConnection, revoked: Mapping[str, Revocation | RevokedCertificate]
) -> Sequence[str]:
    """Which of these are bound to somebody and not known to be revoked, or not for a move."""
    found = await connection.execute(_BOUND, {"hashes": list(revoked)})
    return [
        row.identity_hash
        for row in found
        if _is_news(row.found_revoked_at, revoked[row.identity_hash])
    ]


async def find_revocation(connection: AsyncConnection, identity_hash: str) -> Revocation | None:
    """Of a bound certificate."""
    found = await connection.execute(_KNOWN, {"identity_hash": identity_hash})
    row = found.one_or_none()
    return None if row is None else Revocation(row.revoked_at, row.revocation_reason)


class Revocations:
    def __init__(self, audit: AuditLog, end_grants: EndGrants, clock: Clock) -> None:
        self._audit = audit
        self._end_grants = end_grants
        self._clock = clock

    async def carry_out(
        self, connection: AsyncConnection, revoked: Mapping[str, Revocation]
    ) -> int:
        """`revoked` by the certificate's keyed hash. How many of them are bound and were not known
        to be revoked, or not for a move: for the others nothing follows. In the caller's
        transaction."""
        hashes = {"hashes": list(revoked)}
        await connection.execute(_HELD_RESIDENTS, hashes)
        held = await connection.execute(_HELD_CERTIFICATES, hashes)
        found = [row for row in held if _is_news(row.found_revoked_at, revoked[row.identity_hash])]
        if not found:
            return 0
        # Not before: what others began while this waited for them ends too.
        now = self._clock()
        reasons = {row.identity_hash: _reason(revoked[row.identity_hash]) for row in found}
        marks = [
            {"hash": each, "at": revoked[each].revoked_at, "reason": reason, "now": now}
            for each, reason in reasons.items()
        ]
        entries = [
            self._entry(row.resident_id, row.certificate_type, reasons[row.identity_hash], now)
            for row in found
        ]
        shut = {
            row.resident_id
            for row in found
            if row.certificate_type == CertificateType.AUTHENTICATION
        }
        await connection.execute(_MARK, marks)
        await self._end_what_was_begun(connection, sorted(shut), now)
        await self._audit.write(connection, *entries)
        return len(found)

    async def _end_what_was_begun(
        self, connection: AsyncConnection, resident_ids: Sequence[str], now: datetime
    ) -> None:
        """Sessions and codes with `changed_at`, grants by themselves."""
        if not resident_ids:
            return
        await end_what_was_begun(connection, resident_ids, now)
        await self._end_grants(connection, resident_ids, now)

    def _entry(self, resident_id: str, certificate_type: str, reason: str, now: datetime) -> Entry:
        return Entry(
            now,
            LogKind.EVENT,
            "certificate.revoked",
            Outcome.DONE,
            GATEWAY,
            resident=self._audit.pseudonym(resident_id),
            detail={"certificate": certificate_type, "reason": reason},
        )


def _is_news(known_since: datetime | None, told: Revocation | RevokedCertificate) -> bool:
    return known_since is None or told.reason == AFFILIATION_CHANGED


def _reason(revocation: Revocation) -> str:
    """A plugin's own words reach neither the store nor the log."""
    return revocation.reason if revocation.reason in REASONS else UNSPECIFIED
