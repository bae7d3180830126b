"""What lists that are rightly signed say of one serial number. Pure: `now` is an argument."""

from collections.abc import Sequence
from datetime import datetime

from gateway.card.api import CertificateStatus, StatusValue
from plugins.crl.index import RevocationList
from plugins.crl.revocation_list import AgeOrder

SOURCE = "crl"
NO_POINT = "the certificate names no distribution point of its issuer"
NOT_COVERED = "no CRL covers the certificate's distribution point"
IN_THE_FUTURE = "its CRL begins in the future"
STALE = "its CRL is past its nextUpdate"


def unknown(detail: str) -> CertificateStatus:
    return CertificateStatus(StatusValue.UNKNOWN, SOURCE, detail=detail)


def decide(
    serial_number: int,
    lists: Sequence[RevocationList],
    newest_seen: AgeOrder | None,
    now: datetime,
) -> CertificateStatus:
    """`lists`: at least one, begun, signed by the certificate's issuer, for its distribution point.

    A stale one still proves that the certificate was revoked, since JPKI takes nothing back, but
    never that it is good.
    """
    for each in lists:
        revocation = each.find(serial_number)
        if revocation is not None:
            return CertificateStatus(
                StatusValue.REVOKED,
                SOURCE,
                this_update=each.facts.this_update,
                next_update=each.facts.next_update,
                revocation_reason=revocation.reason,
                revoked_at=revocation.revoked_at,
            )
    newest = max((each.facts for each in lists), key=lambda facts: facts.age_order)
    stale = now > newest.next_update
    if newest_seen is not None and newest.age_order < newest_seen and not stale:
        return unknown("its CRL is older than one that was here before")
    return CertificateStatus(
        StatusValue.UNKNOWN if stale else StatusValue.GOOD,
        SOURCE,
        this_update=newest.this_update,
        next_update=newest.next_update,
        stale=stale,
        detail=STALE if stale else None,
    )
