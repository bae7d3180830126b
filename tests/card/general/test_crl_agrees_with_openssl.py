"""The table of CRLs, asked of `openssl verify` as well."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.card.general.model import PolicyInputs
from tests.card.general import crl_form_negatives, crl_scope_negatives
from tests.card.general.crl_cases import SUB, Case, Given
from tests.card.general.crl_forge import CA, make_crl, point
from tests.card.general.openssl import Question, accepts

# What we accept and it does not.
OURS: Mapping[str, str] = {
    "nextUpdate past": "the fraction of nextUpdate's second is past for it",
    "a distribution point, the certificate having none": "it knows no point named as the issuer",
    "a name that is neither full nor relative": "the same",
    "a distribution point for some reasons only": "to it a whole CRL is of the point only",
}
# What it accepts and we do not, beside matters of form.
THEIRS: Mapping[str, str] = {
    "SHA-1": "its security level is the operator's to set",
    "a CRL of the named cRLIssuer that is not indirect": "RFC 5280 §6.3.3 (b)(1) demands it",
    "an empty issuingDistributionPoint": "matters of form",
    "a FALSE that is written": "matters of form",
    "fields out of order": "matters of form",
    "a name that is neither full nor relative": "matters of form",
}


def theirs(given: Given, folder: Path) -> bool:
    # It also asks for the anchor's own status.
    of_anchor = make_crl(given.anchor, extensions=[point(flags=[CA])])
    readable = [each for each in given.crls if each.startswith(b"\x30")]
    question = Question(
        given.leaf.der,
        [],
        [given.anchor.der],
        given.at,
        PolicyInputs(),
        [of_anchor, *readable],
    )
    return accepts(question, folder)


def expressible(cases: list[Case]) -> list[Case]:
    return [each for each in cases if SUB not in (each.wrong.leaf, each.right.leaf)]


def by_name(case: Case) -> str:
    return case.told


@pytest.mark.parametrize(
    "case",
    expressible([*crl_form_negatives.CASES, *crl_scope_negatives.CASES]),
    ids=by_name,
)
def test_it_accepts_what_we_accept(case: Case, tmp_path: Path) -> None:
    assert theirs(case.right, tmp_path) is (case.told not in OURS)


@pytest.mark.parametrize("case", expressible(crl_scope_negatives.CASES), ids=by_name)
def test_it_refuses_what_we_refuse(case: Case, tmp_path: Path) -> None:
    assert theirs(case.wrong, tmp_path) is (case.told in THEIRS)


def test_both_lists_name_cases_that_there_are() -> None:
    told = {each.told for each in (*crl_form_negatives.CASES, *crl_scope_negatives.CASES)}
    assert told >= OURS.keys() | THEIRS.keys()
