"""Revoked is for good: what a card is refused for is learned, and what was learned refuses it."""

from dataclasses import replace

from gateway.card.api import CertificateStatus, Reason, StatusValue
from gateway.card.model import Outcome, Verification
from gateway.residents.registry import Residents
from gateway.residents.revocations import UNSPECIFIED


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
        basic_attributes=None,
        identity=None,
    )
