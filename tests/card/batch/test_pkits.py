"""NIST's PKITS as lines of the batch contract, where the suite is there."""

from collections.abc import Mapping

import pytest

from tests.card.batch.desk import ask, base64, line
from tests.card.general.pkits import FOLDER, Case, cases, certificate, crl

if not cases():
    pytest.skip(f"NIST's PKITS is not in {FOLDER}", allow_module_level=True)

pytestmark = pytest.mark.anyio

LEAST_AS_EXPECTED = 225
MISSES: Mapping[str, str] = {
    "4.1.4": "DSA is not supported",
    "4.1.5": "DSA is not supported, nor are its inherited parameters",
}


async def outcome(case: Case) -> object:
    asked = line(
        certificate(case.certificate),
        [certificate(each) for each in case.anchors],
        profile="general",
        crls=[crl(each) for each in case.crls],
        at=case.at,
        pool=[base64(certificate(each)) for each in case.pool],
        policies=sorted(case.policies),
        explicit_policy=case.explicit_policy,
        inhibit_any_policy=case.inhibit_any_policy,
        inhibit_policy_mapping=case.inhibit_policy_mapping,
    )
    return (await ask(asked))["outcome"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
async def test_a_case_comes_out_as_nist_expects(case: Case) -> None:
    found = await outcome(case)

    if case.id in MISSES:
        assert case.accepted
        assert found == "refused"
    elif not case.either:
        assert (found == "accepted") == case.accepted


async def test_enough_of_them_do_and_no_invalid_path_is_accepted() -> None:
    found = {case.id: (await outcome(case)) == "accepted" for case in cases()}

    assert not [case.id for case in cases() if found[case.id] and not case.accepted]
    as_expected = [case for case in cases() if found[case.id] == case.accepted]
    assert len(as_expected) >= LEAST_AS_EXPECTED
