"""NIST's suite (PKITS 1.0.1): every case, with revocation demanded for every certificate."""

from collections.abc import Mapping

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import parse_certificate
from gateway.card.general.crl import CrlEvidence
from gateway.card.general.model import PolicyInputs, RevocationCheck
from gateway.card.general.validate import find_path, read_certificates, validate
from tests.card.general.pkits import FOLDER, Case, cases, certificate, crl

if not cases():
    pytest.skip(f"NIST's PKITS is not in {FOLDER}", allow_module_level=True)

# Cases that do not come out as NIST expects, and why.
MISSES: Mapping[str, str] = {
    "4.1.4": "DSA is not supported: CRYPTREC and FIPS 186-5 have given it up; refused by name",
    "4.1.5": "DSA is not supported, its inherited parameters no more than its own",
}

# What may be answered for each cause that cases.json gives.
PATH_REASONS: Mapping[str, Reason] = {
    "certificate signature": Reason.BAD_ISSUER_SIGNATURE,
    "not yet valid": Reason.NOT_YET_VALID,
    "expired": Reason.EXPIRED,
    "no issuer": Reason.UNTRUSTED_ISSUER,
    "not a ca": Reason.NOT_A_CA,
    "ca key usage": Reason.WRONG_KEY_USAGE,
    "path length": Reason.PATH_TOO_LONG,
    "policy": Reason.NO_ACCEPTABLE_POLICY,
    "policy extension": Reason.MALFORMED_CERTIFICATE,
    "name not permitted": Reason.NAME_NOT_PERMITTED,
    "name excluded": Reason.NAME_NOT_PERMITTED,
    "unknown critical extension": Reason.UNKNOWN_CRITICAL_EXTENSION,
}
COULD_NOT_TELL = frozenset(
    {
        "crl missing",
        "crl expired",
        "crl scope",
        "crl signature",
        "crl signer key usage",
        "crl signer path",
        "unknown critical crl extension",
    }
)
DSA = frozenset({"4.1.4", "4.1.5", "4.1.6"})
REFUSED = [case for case in cases() if not case.accepted and not case.either]


def inputs(case: Case) -> PolicyInputs:
    return PolicyInputs(
        user_initial=case.policies,
        explicit_policy=case.explicit_policy,
        inhibit_any_policy=case.inhibit_any_policy,
        inhibit_policy_mapping=case.inhibit_policy_mapping,
    )


def verdict(case: Case, revocation: RevocationCheck | None) -> Reason | None:
    try:
        validate(
            certificate(case.certificate),
            [certificate(each) for each in case.pool],
            [certificate(each) for each in case.anchors],
            at=case.at,
            policies=case.policies,
            explicit_policy=case.explicit_policy,
            inhibit_any_policy=case.inhibit_any_policy,
            inhibit_policy_mapping=case.inhibit_policy_mapping,
            revocation=revocation,
        )
    except CertificateError as refusal:
        return refusal.reason
    return None


def with_its_crls(case: Case) -> Reason | None:
    pool = [certificate(each) for each in case.pool]
    return verdict(case, CrlEvidence([crl(each) for each in case.crls], pool))


def by_id(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", cases(), ids=by_id)
def test_the_outcome_is_nists(case: Case) -> None:
    reason = with_its_crls(case)

    if case.id in MISSES:
        assert case.accepted
        assert reason is Reason.UNSUPPORTED_ALGORITHM
    elif not case.either:
        assert (reason is None) == case.accepted


@pytest.mark.parametrize("case", REFUSED, ids=by_id)
def test_it_is_refused_for_the_right_reason(case: Case) -> None:
    reason = with_its_crls(case)

    assert case.cause is not None
    if case.id in DSA:
        assert reason is Reason.UNSUPPORTED_ALGORITHM
    elif case.cause == "revoked":
        assert reason is Reason.REVOKED
    elif case.cause in COULD_NOT_TELL:
        assert reason is not None
        assert reason.could_not_tell
    else:
        assert reason is PATH_REASONS[case.cause]


@pytest.mark.parametrize("case", cases(), ids=by_id)
def test_without_revocation_the_path_alone_decides(case: Case) -> None:
    reason = verdict(case, None)

    if case.id in DSA:
        assert reason is Reason.UNSUPPORTED_ALGORITHM
    else:
        assert reason is PATH_REASONS.get(case.cause or "")


def test_the_suite_is_whole_and_few_cases_are_missed() -> None:
    as_expected = [each for each in cases() if (with_its_crls(each) is None) == each.accepted]

    assert len(cases()) == 247
    assert len(as_expected) >= 247 - len(MISSES)


def test_it_is_the_same_when_all_of_the_suite_is_in_the_pool() -> None:
    """Hundreds of certificates, and no way round what is wrong."""
    files = sorted(each.name for each in (FOLDER / "certs").iterdir())
    everything, _ = read_certificates([certificate(each) for each in files])

    for case in cases():
        anchors, _ = read_certificates([certificate(each) for each in case.anchors])
        reason: Reason | None = None
        try:
            leaf = parse_certificate(certificate(case.certificate))
            find_path(
                leaf,
                pool=everything,
                anchors=anchors,
                at=case.at,
                inputs=inputs(case),
                revocation=None,
            )
        except CertificateError as refusal:
            reason = refusal.reason
        is_good = case.accepted or case.cause not in PATH_REASONS
        assert (reason is None) == (is_good and case.id not in MISSES), case.id
