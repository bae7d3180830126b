"""Whose two certificates are where they have come in the place of others: every combination."""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from gateway.card.api import BasicAttributes, CertificateType
from gateway.residents.decision import (
    Decision,
    Known,
    NewResident,
    PredecessorsUnknownError,
    SameResident,
    ShutOut,
    Undecided,
    decide,
    whom_they_prove,
)
from gateway.residents.model import SHUT_OUT, Resident, ResidentState, ReviewCause
from tests.residents.people import HANAKO, HANAKO_MOVED, SABURO

ONE = Resident("one", "ONE", ResidentState.ACTIVE)
TWO = Resident("two", "TWO", ResidentState.ACTIVE)
WAITING = Resident("waiting", "WAITING", ResidentState.WAITING)
OUT = Resident("out", "OUT", ResidentState.SUSPENDED)
AUTH, SIGN = CertificateType.AUTHENTICATION, CertificateType.SIGNATURE
NOBODY: tuple[Resident, ...] = ()


@dataclass(frozen=True)
class Row:
    """By the authentication and by the signature certificate: itself, and those before it."""

    auth: Resident | None = None
    sign: Resident | None = None
    before_auth: tuple[Resident, ...] = NOBODY
    before_sign: tuple[Resident, ...] = NOBODY
    namesake: Resident | None = None
    told: bool = True

    def decision(self, attributes: BasicAttributes = HANAKO) -> Decision:
        known = Known(
            by_authentication=self.auth,
            by_signature=self.sign,
            attributes_of_known=HANAKO,
            namesake=self.namesake,
            before_authentication=self.before_auth,
            before_signature=self.before_sign,
            predecessors_known=self.told,
        )
        return decide(known, attributes)


def two(candidate: Resident, doubtful: CertificateType) -> Undecided:
    return Undecided(ReviewCause.TWO_RESIDENTS, candidate, doubtful)


@pytest.mark.parametrize(
    ("row", "decision"),
    [
        # either certificate was renewed, or both were
        (Row(before_auth=(ONE,), sign=ONE), SameResident(ONE)),
        (Row(auth=ONE, before_sign=(ONE,)), SameResident(ONE)),
        (Row(before_auth=(ONE,), before_sign=(ONE,)), SameResident(ONE)),
        (Row(before_auth=(ONE,)), SameResident(ONE)),
        (Row(before_sign=(ONE,)), SameResident(ONE)),
        # a chain of several
        (Row(before_auth=(ONE, ONE), before_sign=(ONE, ONE, ONE)), SameResident(ONE)),
        # a namesake is not in the way of whom a certificate proves
        (Row(before_sign=(ONE,), namesake=TWO), SameResident(ONE)),
        (Row(before_auth=(ONE,), namesake=OUT), SameResident(ONE)),
        # first certificates
        (Row(namesake=ONE), NewResident(ONE)),
        (Row(), NewResident()),
        # two residents, wherever they stand
        (Row(before_auth=(ONE,), sign=TWO), two(TWO, AUTH)),
        (Row(auth=ONE, before_sign=(TWO,)), two(TWO, AUTH)),
        (Row(before_auth=(ONE,), before_sign=(TWO,)), two(TWO, AUTH)),
        (Row(before_auth=(ONE, TWO)), two(ONE, AUTH)),
        (Row(before_sign=(ONE, TWO)), two(ONE, SIGN)),
        (Row(auth=ONE, before_auth=(TWO,)), two(ONE, AUTH)),
        (Row(sign=ONE, before_sign=(TWO,), auth=ONE), two(ONE, SIGN)),
        # somebody who is shut out, wherever they stand
        (Row(before_auth=(OUT,)), ShutOut(OUT)),
        (Row(before_sign=(OUT,)), ShutOut(OUT)),
        (Row(before_auth=(OUT,), sign=ONE), ShutOut(OUT)),
        (Row(auth=ONE, sign=ONE, before_sign=(ONE, OUT)), ShutOut(OUT)),
        # somebody who waits goes on waiting
        (Row(before_auth=(WAITING,), before_sign=(WAITING,)), SameResident(WAITING)),
        # it could not be told in whose place they have come
        (Row(auth=ONE, sign=ONE, told=False), SameResident(ONE)),
        (Row(auth=ONE, told=False), SameResident(ONE)),
        (Row(sign=ONE, told=False), SameResident(ONE)),
        (Row(before_sign=(ONE,), told=False), SameResident(ONE)),
        (Row(namesake=ONE, told=False), NewResident(ONE)),
        (Row(before_auth=(OUT,), told=False), ShutOut(OUT)),
    ],
)
def test_a_certificate_proves_whom_the_one_before_it_proves(row: Row, decision: Decision) -> None:
    assert row.decision() == decision


def test_nobody_is_made_anew_while_it_cannot_be_told_who_they_may_be() -> None:
    with pytest.raises(PredecessorsUnknownError):
        Row(told=False).decision()


def test_another_birth_date_is_looked_at_where_only_the_authentication_certificate_is_known() -> (
    None
):
    undecided = Undecided(ReviewCause.OTHER_BIRTH_DATE, ONE, SIGN)
    for told in (True, False):
        assert Row(before_auth=(ONE,), told=told).decision(SABURO) == undecided
        assert Row(auth=ONE, told=told).decision(SABURO) == undecided
    assert Row(before_auth=(ONE,)).decision(HANAKO_MOVED) == SameResident(ONE)
    # A signature certificate that is known, itself or by the one before, says who they are.
    assert Row(before_auth=(ONE,), before_sign=(ONE,)).decision(SABURO) == SameResident(ONE)


@pytest.mark.parametrize("state", sorted(SHUT_OUT))
def test_whoever_is_shut_out_does_not_come_in_with_a_renewed_card(state: ResidentState) -> None:
    out = replace(ONE, state=state)
    for row in (
        Row(before_auth=(out,)),
        Row(before_sign=(out,), namesake=TWO),
        Row(before_auth=(TWO,), before_sign=(TWO, out)),
        Row(auth=TWO, sign=TWO, before_auth=(out,)),
    ):
        assert row.decision() == ShutOut(out)


HOLDERS = (None, ONE, TWO, OUT)
BEFORE = (NOBODY, (ONE,), (TWO,), (OUT,), (ONE, TWO))
EVERY = [
    Row(*each)
    for each in product(HOLDERS, HOLDERS, BEFORE, BEFORE, (None, ONE, OUT), (True, False))
]


def answer(row: Row, attributes: BasicAttributes) -> Decision | None:
    """None where nothing is decided."""
    try:
        return row.decision(attributes)
    except PredecessorsUnknownError:
        return None


def expected(row: Row, attributes: BasicAttributes) -> type | None:
    """As the house says it, told another way than the rules are written."""
    by_auth = {each for each in (row.auth, *row.before_auth) if each}
    by_sign = {each for each in (row.sign, *row.before_sign) if each}
    people = by_auth | by_sign
    if OUT in people:
        return ShutOut
    if len(people) > 1:
        return Undecided
    if people:
        born_alike = attributes.birth_date == HANAKO.birth_date
        return SameResident if by_sign or born_alike else Undecided
    return NewResident if row.namesake or row.told else None


def test_every_combination_is_decided_as_the_house_says() -> None:
    assert len(EVERY) == 4 * 4 * 5 * 5 * 3 * 2
    for row, attributes in product(EVERY, (HANAKO, SABURO)):
        found, kind = answer(row, attributes), expected(row, attributes)
        assert (None if found is None else type(found)) is kind, row
        if isinstance(found, Undecided):
            named = (row.auth, *row.before_auth, row.sign, *row.before_sign)
            assert found.candidate in named


def test_of_two_residents_the_doubtful_certificate_is_the_others() -> None:
    for row in EVERY:
        found = answer(row, HANAKO)
        if isinstance(found, Undecided) and found.cause is ReviewCause.TWO_RESIDENTS:
            signs = found.doubtful is SIGN
            holders = (row.sign, *row.before_sign) if signs else (row.auth, *row.before_auth)
            assert {each for each in holders if each} - {found.candidate}


def test_what_could_not_be_told_changes_no_decision_but_that_nobody_is_known() -> None:
    for row in EVERY:
        told, untold = answer(replace(row, told=True), HANAKO), answer(row, HANAKO)
        assert untold in (told, None)
        assert (untold is None) is (not row.told and told == NewResident())


def test_at_a_sign_in_it_is_the_same_rule() -> None:
    assert whom_they_prove(()) is None
    assert whom_they_prove((ONE, ONE)) == SameResident(ONE)
    assert whom_they_prove((ONE, TWO)) == two(ONE, AUTH)
    assert whom_they_prove((ONE, OUT)) == ShutOut(OUT)
