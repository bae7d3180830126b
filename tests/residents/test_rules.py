"""Whose two certificates are: the rules, without a store."""

from dataclasses import replace

import pytest

from gateway.card.api import BasicAttributes, CertificateType
from gateway.residents.decision import (
    Decision,
    Known,
    NewResident,
    SameResident,
    ShutOut,
    Undecided,
    decide,
)
from gateway.residents.model import Resident, ResidentState, ReviewCause
from tests.residents.people import HANAKO, HANAKO_MOVED, SABURO

ONE = Resident("one", "ONE", ResidentState.ACTIVE)
TWO = Resident("two", "TWO", ResidentState.ACTIVE)
AUTH, SIGN = CertificateType.AUTHENTICATION, CertificateType.SIGNATURE


def known(
    authentication: Resident | None = None,
    signature: Resident | None = None,
    before: BasicAttributes | None = None,
    namesake: Resident | None = None,
) -> Known:
    return Known(authentication, signature, before, namesake)


@pytest.mark.parametrize(
    ("known", "attributes", "decision"),
    [
        # neither certificate is known
        (known(), HANAKO, NewResident()),
        (known(namesake=ONE), HANAKO, NewResident(candidate=ONE)),
        # both are, of one person or of two
        (known(ONE, ONE, HANAKO, ONE), HANAKO, SameResident(ONE)),
        (known(ONE, TWO, HANAKO), HANAKO, Undecided(ReviewCause.TWO_RESIDENTS, TWO, AUTH)),
        # the signature certificate is: a new authentication certificate
        (known(None, ONE, None, ONE), HANAKO, SameResident(ONE)),
        # the authentication certificate is: a new signature certificate, after a move
        (known(ONE, None, HANAKO), HANAKO, SameResident(ONE)),
        (known(ONE, None, HANAKO), HANAKO_MOVED, SameResident(ONE)),
        (known(ONE, None, HANAKO), SABURO, Undecided(ReviewCause.OTHER_BIRTH_DATE, ONE, SIGN)),
        (known(ONE, None, None), HANAKO, Undecided(ReviewCause.OTHER_BIRTH_DATE, ONE, SIGN)),
        (
            known(ONE, None, HANAKO),
            replace(HANAKO, birth_date=None),
            Undecided(ReviewCause.OTHER_BIRTH_DATE, ONE, SIGN),
        ),
    ],
)
def test_a_certificate_decides_and_attributes_never_merge(
    known: Known, attributes: BasicAttributes, decision: Decision
) -> None:
    assert decide(known, attributes) == decision


def test_a_namesake_is_never_taken_for_the_one_a_certificate_proves() -> None:
    for found in (known(ONE, ONE, HANAKO, TWO), known(ONE, None, HANAKO, TWO)):
        assert decide(found, HANAKO) == SameResident(ONE)
    assert decide(known(None, ONE, None, TWO), HANAKO) == SameResident(ONE)


@pytest.mark.parametrize("birth_date", [None, "400000000", "319850000", "31985041x"])
def test_a_birth_date_that_is_not_known_is_no_evidence(birth_date: str | None) -> None:
    unknown = replace(HANAKO, birth_date=birth_date)
    undecided = Undecided(ReviewCause.OTHER_BIRTH_DATE, ONE, SIGN)
    assert decide(known(ONE, None, unknown), unknown) == undecided


@pytest.mark.parametrize(
    "state", [ResidentState.SUSPENDED, ResidentState.DECEASED, ResidentState.DELETED]
)
def test_whoever_is_shut_out_stays_out_whatever_else_the_card_says(state: ResidentState) -> None:
    out = replace(ONE, state=state)
    for found in (
        known(out, out, HANAKO),
        known(out, None, HANAKO),
        known(out, None, None),
        known(None, out),
        known(out, TWO, HANAKO),
        known(TWO, out, HANAKO),
    ):
        assert decide(found, SABURO) == ShutOut(out)
    # A namesake who is shut out keeps nobody out; but an operator looks at it.
    assert decide(known(namesake=out), HANAKO) == NewResident(candidate=out)


def test_whoever_waits_goes_on_waiting_with_what_the_card_says_now() -> None:
    waiting = replace(ONE, state=ResidentState.WAITING)
    assert decide(known(waiting, waiting, HANAKO), HANAKO) == SameResident(waiting)


def test_a_resident_shows_no_common_id() -> None:
    assert "ONE" not in repr(ONE)
