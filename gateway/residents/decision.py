"""Whose a card's certificates are: the rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.card.api import BasicAttributes, CertificateType
from gateway.residents.model import SHUT_OUT, Resident, ReviewCause


class PredecessorsUnknownError(Exception):
    """It may be somebody known, whose older certificate could not be told of."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the two certificates and the attributes read with them."""

    by_authentication: Resident | None
    by_signature: Resident | None
    attributes_of_known: BasicAttributes | None
    """Of the resident whom the authentication certificate, or else one before it, is bound to."""
    namesake: Resident | None
    """Somebody else with the same four attributes."""
    before_authentication: tuple[Resident, ...] = ()
    """Whom the certificates are bound to in whose place this one has come, newest first."""
    before_signature: tuple[Resident, ...] = ()
    predecessors_known: bool = True
    """False: of one of the two it could not be told in whose place it has come."""


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
    is bound already proves whom it is bound to, and so does the one that has come in its place.
    Raises PredecessorsUnknownError."""
    by_authentication = _proven(known.by_authentication, known.before_authentication)
    by_signature = _proven(known.by_signature, known.before_signature)
    found = whom_they_prove(by_authentication, by_signature)
    if isinstance(found, SameResident) and not by_signature:
        # Two lives: the signature certificate was renewed after a move or a change of name. The
        # birth date does not change; one that is not known is no evidence.
        before = known.attributes_of_known
        birthday = None if before is None else before.birthday
        if birthday is None or birthday != attributes.birthday:
            doubtful = CertificateType.SIGNATURE
            return Undecided(ReviewCause.OTHER_BIRTH_DATE, found.resident, doubtful)
    if found is not None:
        return found
    if known.namesake is None and not known.predecessors_known:
        # A common ID is for good, and two residents are never made one: nobody is given a second
        # one because a service did not answer. Where a namesake is, an operator looks anyway.
        raise PredecessorsUnknownError
    return NewResident(candidate=known.namesake)


def whom_they_prove(
    by_authentication: Sequence[Resident], by_signature: Sequence[Resident] = ()
) -> SameResident | Undecided | ShutOut | None:
    """`by_...`: whom each certificate, and those before it, are bound to. None: to nobody."""
    for resident in (*by_authentication, *by_signature):
        if resident.state in SHUT_OUT:
            return ShutOut(resident)
    proofs = [
        *((CertificateType.SIGNATURE, resident) for resident in by_signature),
        *((CertificateType.AUTHENTICATION, resident) for resident in by_authentication),
    ]
    if not proofs:
        return None
    _, candidate = proofs[0]
    for doubtful, resident in proofs:
        if resident.resident_id != candidate.resident_id:
            return Undecided(ReviewCause.TWO_RESIDENTS, candidate, doubtful)
    return SameResident(candidate)


def _proven(by_itself: Resident | None, before: tuple[Resident, ...]) -> tuple[Resident, ...]:
    return before if by_itself is None else (by_itself, *before)
