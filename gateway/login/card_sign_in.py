"""Signing in and registering with the card: take the challenge, verify, find or register."""

from dataclasses import dataclass

from gateway.card.api import CertificateType
from gateway.card.challenge import Challenges, Purpose
from gateway.card.model import Verification
from gateway.card.to_be_signed import to_be_signed
from gateway.login.answer import CardAnswer, Declined
from gateway.login.attempts import check_may_try, count_if_forged
from gateway.login.failure import REFUSED_REGISTRATIONS, Failure, failure_of, refusal_of
from gateway.login.linked import Linked
from gateway.login.presented import Presented, proven, proven_now
from gateway.login.sign_in_log import Attempt, SignInLog
from gateway.protection.protection import Protection
from gateway.residents.decision import PredecessorsUnknownError
from gateway.residents.model import Resident, ResidentState
from gateway.residents.registry import Residents
from gateway.residents.standing import AttributeStanding
from gateway.settings import Login


@dataclass(frozen=True, slots=True)
class SignedIn:
    resident: Resident
    acr: str
    attributes_changed: bool = False
    """Their name or address did, since the card last told it."""


@dataclass(frozen=True, slots=True)
class CardSignIn:
    challenges: Challenges
    presented: Presented
    residents: Residents
    linked: Linked
    settings: Login
    log: SignInLog
    protection: Protection

    async def complete(self, answer: CardAnswer | Declined, attempt: Attempt) -> SignedIn | Failure:
        """What is found is in the log before anybody is told, or signed in: a log that cannot be
        written lets nobody in. Raises TooManyRequests."""
        if isinstance(answer, Declined):
            return await self.log.refused(attempt, Failure(answer.outcome))
        check_may_try(self.protection, answer, attempt)
        result = await self._verify(answer, attempt)
        if isinstance(result, Failure):
            await count_if_forged(self.protection, answer, attempt, result)
        return result

    async def _verify(self, answer: CardAnswer, attempt: Attempt) -> SignedIn | Failure:
        """The challenge is gone from here on, whatever is found."""
        holder, purpose, challenge = attempt.holder, attempt.purpose, None
        if holder is not None:
            challenge = await self.challenges.take(answer.challenge_id, holder, purpose)
        if challenge is None:
            return await self.log.refused(attempt, Failure.CHALLENGE_EXPIRED)
        signed = to_be_signed(challenge.origin, challenge.value)
        if purpose is Purpose.REGISTRATION:
            return await self._register(answer, signed, attempt)
        return await self._sign_in(answer, signed, attempt)

    async def _sign_in(
        self, answer: CardAnswer, signed: bytes, attempt: Attempt
    ) -> SignedIn | Failure:
        found = await self.presented.verify(
            answer.authentication,
            CertificateType.AUTHENTICATION,
            answer.encoding,
            signed,
            attempt.at,
        )
        if not found.accepted:
            return await self.log.refused(attempt, failure_of(found), found)
        acr = self.settings.acr_authentication_certificate
        resident = await self._find(found, attempt, acr)
        if isinstance(resident, Failure):
            return resident
        standing = await self.residents.standing(resident.resident_id)
        return SignedIn(resident, acr, standing is AttributeStanding.CHANGED)

    async def _find(self, found: Verification, attempt: Attempt, acr: str) -> Resident | Failure:
        """Whose the authentication certificate is, by itself or by the one before it."""
        certificate, refused = proven(found), self.log.refused
        resident = await self.residents.find(certificate)
        if resident is None:
            registration = await self.linked.carry_over(
                certificate, attempt.at, also=self.log.of_binding(attempt, acr)
            )
            if isinstance(registration, Failure):
                return await refused(attempt, registration, found)
            failure = REFUSED_REGISTRATIONS.get(registration.outcome)
            return registration.resident if failure is None else failure
        if resident.state is not ResidentState.ACTIVE:
            return await refused(attempt, refusal_of(resident.state), found, resident)
        await self.log.signed_in(attempt, resident, acr)
        return resident

    async def _register(
        self, answer: CardAnswer, signed: bytes, attempt: Attempt
    ) -> SignedIn | Failure:
        """Both certificates signed the same challenge in one visit; either failing ends it."""
        now, refused = attempt.at, self.log.refused
        if answer.signature is None:
            return await refused(attempt, Failure.NO_SIGNATURE_CERTIFICATE)
        signature = await self.presented.verify(
            answer.signature, CertificateType.SIGNATURE, answer.encoding, signed, now
        )
        attributes = signature.basic_attributes
        if not signature.accepted or attributes is None or not attributes.is_complete:
            return await refused(attempt, failure_of(signature), signature)
        authentication = await self.presented.verify(
            answer.authentication, CertificateType.AUTHENTICATION, answer.encoding, signed, now
        )
        if not authentication.accepted:
            return await refused(attempt, failure_of(authentication), authentication)
        objection = await self.linked.objection(proven(signature), proven(authentication), now)
        if objection is not None:
            return await refused(attempt, objection, signature)
        acr = self.settings.acr_signature_certificate
        try:
            registration = await self.residents.register(
                await self.linked.with_predecessors(proven(authentication), now),
                await self.linked.with_predecessors(proven_now(signature, now), now),
                attributes,
                now,
                also=self.log.of_binding(attempt, acr),
            )
        except PredecessorsUnknownError:
            return await refused(attempt, Failure.COULD_NOT_ASK, signature)
        if registration.outcome in REFUSED_REGISTRATIONS:
            return REFUSED_REGISTRATIONS[registration.outcome]
        return SignedIn(registration.resident, acr)
