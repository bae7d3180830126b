"""Why somebody could not sign in, as they are told: one page for every kind of failure."""

from enum import StrEnum

from gateway.card.api import CertificateType, Reason
from gateway.card.model import Verification
from gateway.residents.model import RegistrationOutcome, ResidentState


class Failure(StrEnum):
    """Each has a title, a text and a next step in `texts/`."""

    NOT_A_CARD = "not_a_card"
    WRONG_CERTIFICATE = "wrong_certificate"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    SIGNATURE_MISMATCH = "signature_mismatch"
    REVOKED = "revoked"
    MOVED = "moved"
    COULD_NOT_ASK = "could_not_ask"
    OTHER_HOLDER = "other_holder"
    REFUSED_HERE = "refused_here"
    CHALLENGE_EXPIRED = "challenge_expired"
    NOT_REGISTERED = "not_registered"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    LOCKED = "locked"
    NO_SIGNATURE_CERTIFICATE = "no_signature_certificate"

    @property
    def status(self) -> int:
        match self:
            case Failure.CHALLENGE_EXPIRED:
                return 409
            case Failure.COULD_NOT_ASK:
                return 503
            case Failure.CANCELLED:
                return 200
            case _:
                return 403

    @property
    def may_try_again(self) -> bool:
        """False where only somebody else can help first."""
        return self not in (Failure.WAITING, Failure.SUSPENDED, Failure.LOCKED)

    @property
    def offers_registration(self) -> bool:
        return self is Failure.NOT_REGISTERED


_PAGES: dict[Reason, Failure] = {
    Reason.WRONG_CERTIFICATE_TYPE: Failure.WRONG_CERTIFICATE,
    Reason.NOT_YET_VALID: Failure.NOT_YET_VALID,
    Reason.EXPIRED: Failure.EXPIRED,
    Reason.UNSUPPORTED_SIGNATURE: Failure.SIGNATURE_MISMATCH,
    Reason.SIGNATURE_MISMATCH: Failure.SIGNATURE_MISMATCH,
    Reason.REVOKED: Failure.REVOKED,
    Reason.STATUS_UNKNOWN: Failure.COULD_NOT_ASK,
    Reason.STATUS_STALE: Failure.COULD_NOT_ASK,
    Reason.REFUSED_BY_PLUGIN: Failure.REFUSED_HERE,
}


REFUSED_REGISTRATIONS: dict[RegistrationOutcome, Failure] = {
    RegistrationOutcome.WAITING: Failure.WAITING,
    RegistrationOutcome.REFUSED: Failure.SUSPENDED,
}


def refusal_of(state: ResidentState) -> Failure:
    """For somebody known who is not active. Whether they are suspended or taken for dead is for the
    counter to say, not for a page."""
    return Failure.WAITING if state is ResidentState.WAITING else Failure.SUSPENDED


def failure_of(verification: Verification) -> Failure:
    """For a verification that was not accepted. Everything about the certificate's own form and
    path is one page: a resident can do one and the same thing about all of it."""
    reason = verification.reason
    failure = Failure.NOT_A_CARD if reason is None else _PAGES.get(reason, Failure.NOT_A_CARD)
    status = verification.status
    moved = status is not None and status.revocation_reason == "affiliationChanged"
    signs = verification.certificate_type is CertificateType.SIGNATURE
    # Two lives: the signature certificate ends with the address, the other one lives on.
    return Failure.MOVED if failure is Failure.REVOKED and moved and signs else failure
