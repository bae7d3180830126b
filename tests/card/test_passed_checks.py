"""What a verification rested on, in words: what was done, and nothing of whom it was about."""

from datetime import UTC, datetime

import pytest

from gateway.card.api import CertificateStatus, StatusValue
from gateway.card.model import Check, CheckOutcome, CheckResult, Outcome, Verification
from gateway.card.passed import passed_checks, possible_checks
from gateway.card.plugin_calls import ask_sources

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CORE = ("form", "path", "profile", "validity", "signature")


def verification(*left_out: Check, validators: tuple[str, ...] = ()) -> Verification:
    """Accepted; these were not done."""
    asked = None if Check.REVOCATION in left_out else CertificateStatus(StatusValue.GOOD, "ocsp")
    return Verification(
        verification_id="v",
        outcome=Outcome.ACCEPTED,
        reason=None,
        certificate_type=None,
        issuer=None,
        not_before=NOW,
        not_after=NOW,
        status=asked,
        checks=tuple(
            CheckResult(check, CheckOutcome.NOT_DONE if check in left_out else CheckOutcome.PASSED)
            for check in Check
        ),
        basic_attributes=None,
        identity=None,
        revoked_identity=None,
        validators=validators,
    )


def test_revocation_names_its_source_and_validators_their_names() -> None:
    assert passed_checks(verification()) == (*CORE, "revocation:ocsp")
    assert passed_checks(verification(validators=("b", "a"))) == (
        *CORE,
        "revocation:ocsp",
        "validator:b",
        "validator:a",
    )


def test_what_was_not_done_is_not_named() -> None:
    left_out = verification(Check.SIGNATURE, Check.REVOCATION)
    assert passed_checks(left_out) == ("form", "path", "profile", "validity")


def test_what_may_be_named_is_what_the_settings_name() -> None:
    assert possible_checks(["crl", "ocsp"], ["own"]) == (
        *CORE,
        "revocation:crl",
        "revocation:ocsp",
        "validator:own",
    )


class BoastfulSource:
    """Says in its answer that it is another."""

    name = "own-source"

    async def status(self, path: object, context: object) -> CertificateStatus:
        return CertificateStatus(StatusValue.GOOD, "ocsp of 花咲 花子")


async def test_a_source_is_named_as_it_is_installed_and_not_as_it_says() -> None:
    found = await ask_sources([BoastfulSource()], None, None)  # type: ignore[arg-type]
    assert (found.value, found.source) == (StatusValue.GOOD, "own-source")
