"""Which change leads where, and which is refused: the whole table."""

import itertools

import pytest

from gateway.errors import Conflict
from gateway.residents.model import SHUT_OUT, ResidentState
from gateway.residents.states import Change, is_allowed, state_after

ACTIVE, WAITING = ResidentState.ACTIVE, ResidentState.WAITING
SUSPENDED, DECEASED = ResidentState.SUSPENDED, ResidentState.DECEASED
DELETED = ResidentState.DELETED
ALLOWED = {
    (ACTIVE, Change.SUSPEND): SUSPENDED,
    (SUSPENDED, Change.RESUME): ACTIVE,
    (ACTIVE, Change.MARK_DECEASED): DECEASED,
    (SUSPENDED, Change.MARK_DECEASED): DECEASED,
    (DECEASED, Change.UNMARK_DECEASED): SUSPENDED,
    (WAITING, Change.ACCEPT): ACTIVE,
    (WAITING, Change.TURN_AWAY): DELETED,
    (ACTIVE, Change.DESTROY): DELETED,
    (SUSPENDED, Change.DESTROY): DELETED,
    (DECEASED, Change.DESTROY): DELETED,
    (DELETED, Change.DESTROY): DELETED,
}


@pytest.mark.parametrize(("state", "change"), [*itertools.product(ResidentState, Change)])
def test_a_change_is_allowed_or_a_conflict(state: ResidentState, change: Change) -> None:
    assert is_allowed(change, state) is ((state, change) in ALLOWED)
    if (state, change) in ALLOWED:
        assert state_after(change, state) is ALLOWED[state, change]
        return
    with pytest.raises(Conflict, match=f"state: {change} is not allowed"):
        state_after(change, state)


def test_nothing_but_a_decision_or_a_clerk_makes_anybody_active() -> None:
    to_active = {change for (_, change), after in ALLOWED.items() if after is ACTIVE}
    assert to_active == {Change.RESUME, Change.ACCEPT}
    assert {ACTIVE, WAITING} | SHUT_OUT == set(ResidentState)
