"""Signing in and registering with the card: take the challenge, verify, find or register."""

from dataclasses import dataclass
from datetime import datetime

from gateway.card.api import CertificateType
from gateway.card.challenge import Challenges, Purpose
from gateway.card.model import Presentation, SignatureEncoding, Verification
from gateway.card.to_be_signed import to_be_signed
from gateway.card.verify import CardVerifier
from gateway.login.answer import CardAnswer, Signed
from gateway.login.failure import Failure, failure_of
from gateway.residents.model import (
    ProvenCertificate,
    RegistrationOutcome,
    Resident,
    ResidentState,
)
from gateway.residents.registry import Residents
from gateway.settings import Login


@dataclass(frozen=True, slots=True)
class SignedIn:
    resident: Resident
    acr: str


@dataclass(frozen=True, slots=True)
class CardSignIn:
    challenges: Challenges
    verifier: CardVerifier
    residents: Residents
    settings: Login

    async def complete(self, answer: CardAnswer, holder: str, now: datetime) -> SignedIn | Failure:
        """The challenge is gone from here on, whatever is found."""
        challenge = await self.challenges.take(answer.challenge_id, holder, answer.purpose)
        if challenge is None:
            return Failure.CHALLENGE_EXPIRED
        signed = to_be_signed(challenge.origin, challenge.value)
        if answer.purpose is Purpose.REGISTRATION:
            return await self._register(answer, signed, now)
        return await self._sign_in(answer, signed, now)

    async def _sign_in(
        self, answer: CardAnswer, signed: bytes, now: datetime
    ) -> SignedIn | Failure:
        found = await self._verify(
            answer.authentication, CertificateType.AUTHENTICATION, answer.encoding, signed, now
        )
        if not found.accepted:
            return failure_of(found)
        resident = await self.residents.find(proven(found))
        if resident is None:
            return Failure.NOT_REGISTERED
        if resident.state is not ResidentState.ACTIVE:
            return Failure.WAITING
        return SignedIn(resident, self.settings.acr_authentication_certificate)

    async def _register(
        self, answer: CardAnswer, signed: bytes, now: datetime
    ) -> SignedIn | Failure:
        """Both certificates signed the same challenge in one visit; either failing ends it."""
        if answer.signature is None:
            return Failure.NO_SIGNATURE_CERTIFICATE
        signature = await self._verify(
            answer.signature, CertificateType.SIGNATURE, answer.encoding, signed, now
        )
        if not signature.accepted or signature.basic_attributes is None:
            return failure_of(signature)
        authentication = await self._verify(
            answer.authentication, CertificateType.AUTHENTICATION, answer.encoding, signed, now
        )
        if not authentication.accepted:
            return failure_of(authentication)
        registration = await self.residents.register(
            proven(authentication), proven(signature), signature.basic_attributes, now
        )
        if registration.outcome is RegistrationOutcome.WAITING:
            return Failure.WAITING
        return SignedIn(registration.resident, self.settings.acr_signature_certificate)

    async def _verify(
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
