"""NIST's CRLs (PKITS 4.4, 4.14, 4.15) asked of one path, certificate by certificate."""

from collections.abc import Mapping

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.general.crl import CrlEvidence
from gateway.card.general.effort import Effort
from gateway.card.general.signatures import Signatures
from gateway.card.general.validate import validate
from tests.card.general.pkits import FOLDER, Case, cases, certificate, crl

CRL_CASES = [each for each in cases() if each.id.startswith(("4.4.", "4.14.", "4.15."))]
if not CRL_CASES:
    pytest.skip(f"NIST's PKITS is not in {FOLDER}", allow_module_level=True)

# By NIST's cause. 4.14.30, which it calls valid, leaves open: only its own CRL tells of its signer.
REASONS: Mapping[str | None, Reason | None] = {
    None: None,
    "revoked": Reason.REVOKED,
    "crl expired": Reason.STATUS_STALE,
}


def found(case: Case) -> Reason | None:
    """None: every certificate below the anchor is good."""
    pool = [certificate(each) for each in case.pool]
    path = validate(
        certificate(case.certificate),
        pool,
        [certificate(each) for each in case.anchors],
        at=case.at,
        policies=case.policies,
        revocation=None,
    ).certificates
    evidence, keys = CrlEvidence([crl(each) for each in case.crls], pool), Signatures(Effort())
    for place in range(1, len(path)):
        issuers = path[place - 1 :: -1]
        try:
            evidence(path[place], issuers, keys.key(issuers[0]), case.at)
        except CertificateError as error:
            return error.reason
    return None


def test_all_of_them_are_here() -> None:
    assert len(CRL_CASES) == 66


@pytest.mark.parametrize("case", CRL_CASES, ids=lambda case: case.id)
def test_what_is_found_is_nists_cause(case: Case) -> None:
    assert found(case) is REASONS.get(case.cause, Reason.STATUS_UNKNOWN)
