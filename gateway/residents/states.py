"""Which change of a resident's state is allowed, and where it leads. Pure: all of it is here."""

from enum import StrEnum

from gateway.errors import Conflict
from gateway.residents.model import ResidentState


class Change(StrEnum):
    SUSPEND = "suspend"
    RESUME = "resume"
    MARK_DECEASED = "mark_deceased"
    UNMARK_DECEASED = "unmark_deceased"
    ACCEPT = "accept"
    """A review found whoever waits to be somebody new."""
    TURN_AWAY = "turn_away"
    """A review found whoever waits to be somebody known, or nobody to let in."""
    DESTROY = "destroy"


_ACTIVE, _WAITING = ResidentState.ACTIVE, ResidentState.WAITING
_SUSPENDED, _DECEASED = ResidentState.SUSPENDED, ResidentState.DECEASED
_DELETED = ResidentState.DELETED

CHANGES: dict[Change, tuple[frozenset[ResidentState], ResidentState]] = {
    Change.SUSPEND: (frozenset({_ACTIVE}), _SUSPENDED),
    Change.RESUME: (frozenset({_SUSPENDED}), _ACTIVE),
    Change.MARK_DECEASED: (frozenset({_ACTIVE, _SUSPENDED}), _DECEASED),
    # Alive is not yet let in: they may have been suspended before, and somebody resumes them.
    Change.UNMARK_DECEASED: (frozenset({_DECEASED}), _SUSPENDED),
    Change.ACCEPT: (frozenset({_WAITING}), _ACTIVE),
    Change.TURN_AWAY: (frozenset({_WAITING}), _DELETED),
    # Whoever was turned away left their certificates' hashes behind, which may be destroyed too.
    Change.DESTROY: (frozenset({_ACTIVE, _SUSPENDED, _DECEASED, _DELETED}), _DELETED),
}


def is_allowed(change: Change, state: ResidentState) -> bool:
    return state in CHANGES[change][0]


def state_after(change: Change, state: ResidentState) -> ResidentState:
    """Raises Conflict."""
    if not is_allowed(change, state):
        raise Conflict(f"state: {change} is not allowed for a resident who is {state}")
    return CHANGES[change][1]
