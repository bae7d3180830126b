"""A certificate and its signature, presented at the door: verified, and what that proves."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.card.api import CertificateType
from gateway.card.model import Presentation, SignatureEncoding, Verification
from gateway.card.passed import passed_checks
from gateway.card.verify import Verifier
from gateway.login.answer import Signed
from gateway.residents.model import ProvenCertificate
from gateway.residents.proofing import Proofing


@dataclass(frozen=True, slots=True)
class Presented:
    verifier: Verifier

    async def verify(
        self,
        signed: Signed,
        expected: CertificateType,
        encoding: SignatureEncoding,
        message: bytes,
        now: datetime,
    ) -> Verification:
        presentation = Presentation(
            unverified_certificate=signed.unverified_certificate,
            signature=signed.signature,
            signature_encoding=encoding,
            to_be_signed=message,
            expected_type=expected,
        )
        return await self.verifier.verify(presentation, now)


def proven(verification: Verification) -> ProvenCertificate:
    """From an accepted verification."""
    kind, identity = verification.certificate_type, verification.identity
    not_after = verification.not_after
    if not verification.accepted or kind is None or identity is None or not_after is None:
        raise ValueError("only an accepted verification proves anything")
    return ProvenCertificate(kind, identity, not_after)


def proven_now(verification: Verification, now: datetime) -> ProvenCertificate:
    """With how it was verified: for what is kept of it."""
    return replace(proven(verification), proofing=Proofing(now, passed_checks(verification)))
