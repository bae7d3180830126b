"""Revocation by what came with the request: any piece that says revoked decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.card.api import (
    CertificatePath,
    CertificateStatus,
    EvidenceChecker,
    StatusValue,
    ValidationContext,
)

SOURCE = "request"
NOTHING = CertificateStatus(StatusValue.UNKNOWN, SOURCE, detail="no evidence came with the request")


@dataclass(frozen=True, slots=True)
class Checkers:
    """Who can read which kind of evidence."""

    crl: EvidenceChecker
    ocsp: EvidenceChecker


class RequestEvidence:
    """The revocation source of one request."""

    name = SOURCE
    hands_on = True
    """Its answers bear the name of whoever read the evidence."""

    def __init__(self, checkers: Checkers, crls: Iterable[bytes], ocsp: Iterable[bytes]) -> None:
        self._pieces = [
            *((checkers.crl, piece) for piece in dict.fromkeys(crls)),
            *((checkers.ocsp, piece) for piece in dict.fromkeys(ocsp)),
        ]

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        leaf, issuer = path.leaf, path.anchor.certificate
        return decide(
            [checker.check(piece, leaf, issuer, context.now) for checker, piece in self._pieces]
        )


def decide(told: Sequence[CertificateStatus]) -> CertificateStatus:
    """REVOKED whatever else says good; UNKNOWN where nothing is usable."""
    for value in (StatusValue.REVOKED, StatusValue.GOOD):
        for status in told:
            if status.value is value:
                return status
    return next((status for status in told if status.stale), told[0] if told else NOTHING)
