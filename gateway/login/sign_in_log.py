"""What the authentication log says of a visit with the card. It holds nothing off the card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.card.api import CertificateType
from gateway.card.challenge import Purpose
from gateway.card.model import Verification
from gateway.login.failure import REFUSED_REGISTRATIONS, Failure
from gateway.residents.model import Registration, RegistrationOutcome, Resident
from gateway.store.api import Also


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at the door: with which browser, from where, what for, when."""

    holder: str | None = field(repr=False)
    """None for a browser that was never here."""
    origin: Origin
    purpose: Purpose
    at: datetime


@dataclass(frozen=True, slots=True)
class SignInLog:
    audit: AuditLog

    async def signed_in(self, attempt: Attempt, resident: Resident, acr: str) -> None:
        detail = {"level": acr, "certificate": CertificateType.AUTHENTICATION.value}
        await self.audit.record(self._done("resident.signed_in", attempt, resident, detail))

    async def put_off(self, origin: Origin, resident_id: str, now: datetime) -> None:
        """The new signature certificate was asked for, and they went on without."""
        resident = self.audit.pseudonym(resident_id)
        kind, deed = LogKind.AUTHENTICATION, "resident.reproof_postponed"
        await self.audit.record(Entry(now, kind, deed, Outcome.DONE, origin, resident=resident))

    async def refused(
        self,
        attempt: Attempt,
        failure: Failure,
        found: Verification | None = None,
        resident: Resident | None = None,
    ) -> Failure:
        """Hands back the failure, which is in the log from here on."""
        await self.audit.record(self._refused(attempt, failure, found, resident))
        return failure

    def of_binding(self, attempt: Attempt, acr: str) -> Also[Registration]:
        """In the transaction that binds certificates, or finds that it must not."""

        async def write(connection: AsyncConnection, registration: Registration) -> None:
            await self.audit.write(connection, self._of_binding(attempt, registration, acr))

        return write

    def _of_binding(self, attempt: Attempt, registration: Registration, acr: str) -> Entry:
        resident, registers = registration.resident, attempt.purpose is Purpose.REGISTRATION
        shown = CertificateType.SIGNATURE if registers else CertificateType.AUTHENTICATION
        renewed = {"renewed": " ".join(registration.renewed)} if registration.renewed else {}
        detail = {"level": acr, "certificate": shown.value, **renewed}
        match registration.outcome:
            case RegistrationOutcome.REGISTERED:
                return self._done("resident.registered", attempt, resident, detail)
            case RegistrationOutcome.KNOWN:
                return self._done("resident.signed_in", attempt, resident, detail)
            case refused:
                return self._refused(attempt, REFUSED_REGISTRATIONS[refused], None, resident)

    def _done(
        self, deed: str, attempt: Attempt, resident: Resident, detail: Mapping[str, str]
    ) -> Entry:
        return Entry(
            attempt.at,
            LogKind.AUTHENTICATION,
            deed,
            Outcome.DONE,
            attempt.origin,
            resident=self.audit.pseudonym(resident.resident_id),
            detail={"purpose": attempt.purpose.value, **detail},
        )

    def _refused(
        self,
        attempt: Attempt,
        failure: Failure,
        found: Verification | None,
        resident: Resident | None,
    ) -> Entry:
        return Entry(
            attempt.at,
            LogKind.AUTHENTICATION,
            "resident.refused",
            Outcome.REFUSED,
            attempt.origin,
            resident=None if resident is None else self.audit.pseudonym(resident.resident_id),
            detail={
                "purpose": attempt.purpose.value,
                "reason": failure.value,
                # The card room's own words: one page for the resident stands for many of them.
                **({} if found is None else found.log_detail),
            },
        )
