"""What CRLs that are rightly signed say of one certificate (RFC 5280 §6.3.3 (a), (i) to (l))."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.card.api import CertificateError, Reason
from gateway.card.general.crl_delta import combine, completes
from gateway.card.general.crl_entries import EntryReason
from gateway.card.general.crl_form import RevocationList
from gateway.card.general.crl_points import ALL_REASONS, NO_REASONS, Reasons
from gateway.card.general.crl_scope import Subject


@dataclass(frozen=True, slots=True)
class SignedCrl:
    """Signed by whom it names, who may; it speaks of the certificate."""

    crl: RevocationList
    covers: Reasons
    key: bytes
    """Whose signature it bears, as a SubjectPublicKeyInfo."""


def check_status(subject: Subject, signed: Sequence[SignedCrl], at: datetime) -> None:
    """Returns where the certificate is good for every reason there is; raises CertificateError
    otherwise. One CRL that says revoked stands against all that do not."""
    second = at.replace(microsecond=0)
    current = [each for each in signed if _is_current(each.crl, second)]
    complete = [each for each in current if each.crl.base_number is None]
    covered = NO_REASONS
    for each in complete:
        deltas = _deltas(each, current)
        _check_not_listed(subject, each.crl, deltas)
        # Where one certificate is listed twice, what stands of any other is not known either.
        if not any(crl.entries.repeated for crl in (each.crl, *deltas)):
            covered |= each.covers
    if covered == ALL_REASONS:
        return
    if complete:
        told = "its CRLs do not tell for every reason whether it is revoked"
        raise CertificateError(Reason.STATUS_UNKNOWN, told)
    if any(_is_past(each.crl, second) for each in signed):
        raise CertificateError(Reason.STATUS_STALE, "its CRL is past its nextUpdate")
    raise CertificateError(Reason.STATUS_UNKNOWN, "there is no usable CRL for it")


def _is_current(crl: RevocationList, second: datetime) -> bool:
    """nextUpdate's whole second belongs to it; a CRL without one proves nothing (§5.1.2.5)."""
    return crl.next_update is not None and crl.this_update <= second <= crl.next_update


def _is_past(crl: RevocationList, second: datetime) -> bool:
    return crl.base_number is None and crl.next_update is not None and crl.next_update < second


def _deltas(complete: SignedCrl, current: Sequence[SignedCrl]) -> list[RevocationList]:
    return [
        each.crl
        for each in current
        if each.key == complete.key and completes(each.crl, complete.crl)
    ]


def _check_not_listed(
    subject: Subject, complete: RevocationList, deltas: Sequence[RevocationList]
) -> None:
    def find(crl: RevocationList) -> EntryReason | None:
        return crl.entries.find(subject.issuer, subject.serial_number)

    found = ((crl.number, find(crl)) for crl in deltas)
    in_deltas = [(number, reason) for number, reason in found if reason is not None]
    standing = combine(find(complete), in_deltas)
    if standing is not None:
        raise CertificateError(Reason.REVOKED, f"listed in its CRL: {standing.name.lower()}")
