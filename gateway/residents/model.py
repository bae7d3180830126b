"""Who a resident is, what proves one, and what an operator may have to decide. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.card.api import CertificateIdentity, CertificateType, Predecessors
from gateway.residents.proofing import Proofing


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


NOBODY_ASKED = Predecessors(known=True)
"""Where no plugin is named, or a certificate is bound itself: whatever it was before decides
nothing."""


@dataclass(frozen=True, slots=True)
class ProvenCertificate:
    """A certificate of an accepted verification."""

    certificate_type: CertificateType
    identity: CertificateIdentity = field(repr=False)
    """Kept as a keyed hash only."""
    not_after: datetime
    predecessors: Predecessors = NOBODY_ASKED
    """新旧紐付け"""
    proofing: Proofing | None = None
    """Of that verification; None where nobody says how it was done."""


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
    renewed: tuple[CertificateType, ...] = ()
    """New certificates that were bound to them, in whose place older ones of theirs stood."""


class ReviewCause(StrEnum):
    """Why an operator has to decide."""

    SAME_ATTRIBUTES = "same_attributes"
    """A new card with the four attributes of somebody known: their new card, or a namesake."""
    OTHER_BIRTH_DATE = "other_birth_date"
    """A known authentication certificate together with a stranger's signature certificate."""
    TWO_RESIDENTS = "two_residents"
    """The certificates, or those before them, are bound to two residents."""


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
