"""Revoked is for good: what a card is refused for is learned, and what was learned refuses it."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.card.api import CertificateStatus, Reason, StatusValue
from gateway.card.model import (
    Check,
    CheckOutcome,
    CheckResult,
    Outcome,
    Presentation,
    Verification,
)
from gateway.card.verify import Verifier
from gateway.residents.registry import Residents
from gateway.residents.revocations import UNSPECIFIED


@dataclass(frozen=True, slots=True)
class RememberingVerifier:
    """The pipeline, and what was learned before: at every door."""

    pipeline: Verifier
    residents: Residents

    async def verify(self, presentation: Presentation, now: datetime) -> Verification:
        found = await self.pipeline.verify(presentation, now)
        await learn_refusal(self.residents, found)
        return await refuse_known(self.residents, found)


async def learn_refusal(residents: Residents, found: Verification) -> None:
    """Where nobody lists what is revoked, the door is where it is seen."""
    identity, kind, status = found.revoked_identity, found.certificate_type, found.status
    if identity is None or kind is None or status is None:
        return
    if status.value is StatusValue.REVOKED:  # and not a validator's own refusal
        reason = status.revocation_reason or UNSPECIFIED
        await residents.learn_revoked(identity, kind, status.revoked_at, reason)


async def refuse_known(residents: Residents, found: Verification) -> Verification:
    """Evidence that is older than what is known, from another source or an older list, may still
    say good."""
    identity, kind = found.identity, found.certificate_type
    if identity is None or kind is None:
        return found
    known = await residents.known_revocation(identity, kind)
    if known is None:
        return found
    return replace(
        found,
        outcome=Outcome.REFUSED,
        reason=Reason.REVOKED,
        status=CertificateStatus(
            StatusValue.REVOKED,
            "bindings",
            revocation_reason=known.reason,
            revoked_at=known.revoked_at,
        ),
        checks=tuple(map(_refused_by_what_is_known, found.checks)),
        basic_attributes=None,
        identity=None,
    )


def _refused_by_what_is_known(result: CheckResult) -> CheckResult:
    is_it = result.name is Check.REVOCATION
    return CheckResult(Check.REVOCATION, CheckOutcome.REFUSED) if is_it else result
