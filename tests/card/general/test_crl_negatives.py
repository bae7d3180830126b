"""One wrong thing in a CRL, and the accept case beside it."""

import pytest

from gateway.card.api import CertificateError
from tests.card.general import crl_form_negatives, crl_scope_negatives
from tests.card.general.crl_cases import Case, Given
from tests.card.general.crl_forge import ask

CASES = [*crl_form_negatives.CASES, *crl_scope_negatives.CASES]

all_cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.told)


def asked(given: Given) -> None:
    ask(given.leaf, given.crls, anchor=given.anchor, at=given.at)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60


@all_cases
def test_what_is_wrong_is_told_for_the_right_reason(case: Case) -> None:
    with pytest.raises(CertificateError) as refused:
        asked(case.wrong)
    assert refused.value.reason is case.reason


@all_cases
def test_what_stands_beside_it_is_accepted(case: Case) -> None:
    asked(case.right)
