"""Whose signatures a document carries, and whether they stand: read apart, then each through the
one pipeline of every verification."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.card.api import CertificateError, CertificateType, Reason
from gateway.card.documents.model import (
    Covers,
    ReadSignature,
    UnverifiedDocument,
    UnverifiedSignature,
)
from gateway.card.model import Outcome, Presentation, Verification
from gateway.card.report import Report
from gateway.card.verify import Verifier

MOST_SIGNATURES = 64
LONGEST_CERTIFICATE = 8_192
"""Octets. A card's take two thousand; what is longer is not read where others wait."""

ReadApart = Callable[[UnverifiedDocument], Awaitable[Sequence[ReadSignature]]]


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    verification: Verification
    covers: Covers | None = None
    """None where the signature could not be read."""
    references: tuple[str, ...] = ()
    claimed_signing_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerifiedDocument:
    outcome: Outcome
    reason: Reason | None
    """Why the document could not be read; None where each signature has its own."""
    signatures: tuple[VerifiedSignature, ...]

    @property
    def accepted(self) -> bool:
        return self.outcome is Outcome.ACCEPTED

    @property
    def covers(self) -> Covers | None:
        """How far the furthest-reaching accepted signature speaks for the document."""
        accepted = {each.covers for each in self.signatures if each.verification.accepted}
        return next((covers for covers in _FROM_WHOLE_ON if covers in accepted), None)


_FROM_WHOLE_ON = (Covers.WHOLE, Covers.EARLIER_REVISION, Covers.PART)
_FROM_WORST_ON = (Outcome.REFUSED, Outcome.UNDETERMINED, Outcome.ACCEPTED)


class DocumentVerifier:
    def __init__(self, read: ReadApart, verifier: Verifier) -> None:
        self._read = read
        self._verifier = verifier

    async def verify(self, document: UnverifiedDocument, now: datetime) -> VerifiedDocument:
        """Raises nothing for any document."""
        try:
            found = await self._read(document)
            check_number(found)
        except CertificateError as error:
            return VerifiedDocument(Outcome.REFUSED, error.reason, ())
        signatures = tuple([await self._in_turn(signature, now) for signature in found])
        outcomes = {signature.verification.outcome for signature in signatures}
        worst = next(outcome for outcome in _FROM_WORST_ON if outcome in outcomes)
        return VerifiedDocument(worst, None, signatures)

    async def _in_turn(self, signature: ReadSignature, now: datetime) -> VerifiedSignature:
        await asyncio.sleep(0)
        if isinstance(signature, CertificateError):
            return VerifiedSignature(Report().refused(signature))
        if len(signature.unverified_certificate) > LONGEST_CERTIFICATE:
            error = CertificateError(Reason.MALFORMED_CERTIFICATE, "longer than any card's")
            return VerifiedSignature(Report().refused(error))
        return await self._verify(signature, now)

    async def _verify(self, signature: UnverifiedSignature, now: datetime) -> VerifiedSignature:
        presentation = Presentation(
            unverified_certificate=signature.unverified_certificate,
            signature=signature.signature,
            signature_encoding=signature.encoding,
            to_be_signed=signature.digest,
            expected_type=CertificateType.SIGNATURE,
        )
        return VerifiedSignature(
            verification=await self._verifier.verify(presentation, now),
            covers=signature.covers,
            references=signature.references,
            claimed_signing_time=signature.claimed_signing_time,
        )


def check_number(found: Sequence[ReadSignature]) -> None:
    if not found:
        raise CertificateError(Reason.NOT_SIGNED, "no signature")
    if len(found) > MOST_SIGNATURES:
        raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many signatures")
