"""Who a resident is, and the rules by which certificates are bound to one. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.card.api import BasicAttributes, CertificateIdentity, CertificateType


class ResidentState(StrEnum):
    ACTIVE = "active"
    WAITING = "waiting"
    """Registered, but an operator has to decide first whether this is somebody known."""
    SUSPENDED = "suspended"
    """An operator has closed the door; all that is known is kept."""
    DECEASED = "deceased"
    """What is known stays protected as it was, and nobody comes in under it any more."""
    DELETED = "deleted"
    """A tombstone: only the common ID is left, so that nobody else is ever given it."""


SHUT_OUT = frozenset({ResidentState.SUSPENDED, ResidentState.DECEASED, ResidentState.DELETED})
"""No card opens the door, whatever certificates it holds."""


@dataclass(frozen=True, slots=True)
class Resident:
    resident_id: str
    """Internal: in no token and on no resident's page; the console's addresses hold it."""
    common_id: str = field(repr=False)
    state: ResidentState


@dataclass(frozen=True, slots=True)
class ProvenCertificate:
    """A certificate of an accepted verification."""

    certificate_type: CertificateType
    identity: CertificateIdentity = field(repr=False)
    """Kept as a keyed hash only."""
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """ID連携: the resident under the service's own ID."""

    client_id: str
    resident_id: str
    local_id: str
    linked_at: datetime


class RegistrationOutcome(StrEnum):
    REGISTERED = "registered"
    KNOWN = "known"
    WAITING = "waiting"
    REFUSED = "refused"
    """Somebody who is shut out: nothing was bound, nothing was changed."""


@dataclass(frozen=True, slots=True)
class Registration:
    outcome: RegistrationOutcome
    resident: Resident
    """Who was found or made. Nobody may be signed in as them where it is WAITING or REFUSED."""


class ReviewCause(StrEnum):
    """Why an operator has to decide."""

    SAME_ATTRIBUTES = "same_attributes"
    """A new card with the four attributes of somebody known: their new card, or a namesake."""
    OTHER_BIRTH_DATE = "other_birth_date"
    """A known authentication certificate together with a stranger's signature certificate."""
    TWO_RESIDENTS = "two_residents"
    """The two certificates are bound to two residents."""


class ReviewDecision(StrEnum):
    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"
    REFUSED = "refused"
    """Neither is shown: whoever came with the card stays out."""


DECISIONS: dict[ReviewCause, frozenset[ReviewDecision]] = {
    ReviewCause.SAME_ATTRIBUTES: frozenset(ReviewDecision),
    ReviewCause.OTHER_BIRTH_DATE: frozenset(ReviewDecision),
    # Services know both, each under subjects of their own: no decision makes one of two.
    ReviewCause.TWO_RESIDENTS: frozenset({ReviewDecision.OTHER_PERSON, ReviewDecision.REFUSED}),
}
"""What may be decided about each question."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the two certificates and the attributes read with them."""

    by_authentication: Resident | None
    by_signature: Resident | None
    attributes_of_known: BasicAttributes | None
    """Of the resident the authentication certificate is bound to."""
    namesake: Resident | None
    """Somebody else with the same four attributes."""


@dataclass(frozen=True, slots=True)
class NewResident:
    """Make one, who waits where an operator has to say whether it is the `candidate`."""

    candidate: Resident | None = None


@dataclass(frozen=True, slots=True)
class SameResident:
    """It is this one; bind what is not bound yet, and keep the attributes as read now."""

    resident: Resident


@dataclass(frozen=True, slots=True)
class Undecided:
    """Bind nothing, change nothing: an operator decides."""

    cause: ReviewCause
    candidate: Resident
    doubtful: CertificateType
    """Which of the two certificates may not be the candidate's."""


@dataclass(frozen=True, slots=True)
class ShutOut:
    """Bind nothing, change nothing, ask nothing."""

    resident: Resident


Decision = NewResident | SameResident | Undecided | ShutOut


def decide(known: Known, attributes: BasicAttributes) -> Decision:
    """Whose the two certificates are. Attributes alone never merge two people; a certificate that
    is bound already proves whom it is bound to."""
    authentication, signature = known.by_authentication, known.by_signature
    for resident in (authentication, signature):
        if resident is not None and resident.state in SHUT_OUT:
            return ShutOut(resident)
    if authentication is not None and signature is not None:
        if authentication.resident_id != signature.resident_id:
            doubtful = CertificateType.AUTHENTICATION
            return Undecided(ReviewCause.TWO_RESIDENTS, signature, doubtful)
        return SameResident(signature)
    if signature is not None:
        return SameResident(signature)
    if authentication is not None:
        # Two lives: the signature certificate was renewed after a move or a change of name. The
        # birth date does not change; one that is not known is no evidence.
        before = known.attributes_of_known
        birthday = None if before is None else before.birthday
        if birthday is None or birthday != attributes.birthday:
            doubtful = CertificateType.SIGNATURE
            return Undecided(ReviewCause.OTHER_BIRTH_DATE, authentication, doubtful)
        return SameResident(authentication)
    return NewResident(candidate=known.namesake)
