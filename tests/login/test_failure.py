"""Every reason there is ends on a page, and every page says what happened and what to do next."""

from importlib.resources import files

import pytest

from gateway.card.api import CertificateStatus, CertificateType, Reason, StatusValue
from gateway.card.model import Outcome, Verification
from gateway.login.answer import DECLINED
from gateway.login.failure import Failure, failure_of
from gateway.web.languages import Language, read_words
from gateway.web.pages import Pages

PAGES = Pages(["gateway.login"])
_PARTS = ("title", "text", "next")
PLAIN = {
    Reason.REVOKED: Failure.REVOKED,
    Reason.EXPIRED: Failure.EXPIRED,
    Reason.NOT_YET_VALID: Failure.NOT_YET_VALID,
    Reason.SIGNATURE_MISMATCH: Failure.SIGNATURE_MISMATCH,
    Reason.STATUS_UNKNOWN: Failure.COULD_NOT_ASK,
    Reason.STATUS_STALE: Failure.COULD_NOT_ASK,
    Reason.WRONG_CERTIFICATE_TYPE: Failure.WRONG_CERTIFICATE,
    Reason.UNTRUSTED_ISSUER: Failure.NOT_A_CARD,
    Reason.MALFORMED_CERTIFICATE: Failure.NOT_A_CARD,
    Reason.REFUSED_BY_PLUGIN: Failure.REFUSED_HERE,
}


def found(
    reason: Reason | None,
    kind: CertificateType = CertificateType.AUTHENTICATION,
    revocation_reason: str | None = None,
) -> Verification:
    status = CertificateStatus(StatusValue.REVOKED, "crl", revocation_reason=revocation_reason)
    return Verification(
        verification_id="v",
        outcome=Outcome.REFUSED,
        reason=reason,
        certificate_type=kind,
        issuer=None,
        not_before=None,
        not_after=None,
        status=None if revocation_reason is None else status,
        checks=(),
        basic_attributes=None,
        identity=None,
        revoked_identity=None,
    )


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_page(reason: Reason) -> None:
    failure = failure_of(found(reason))
    assert failure is PLAIN.get(reason, failure)
    assert reason.could_not_tell is (failure is Failure.COULD_NOT_ASK)
    assert failure.status >= 400


def test_a_move_is_said_of_the_signature_certificate_only() -> None:
    signature, authentication = CertificateType.SIGNATURE, CertificateType.AUTHENTICATION
    moved = "affiliationChanged"
    assert failure_of(found(Reason.REVOKED, signature, moved)) is Failure.MOVED
    assert failure_of(found(Reason.REVOKED, signature, "keyCompromise")) is Failure.REVOKED
    assert failure_of(found(Reason.REVOKED, authentication, moved)) is Failure.REVOKED
    assert failure_of(found(Reason.EXPIRED, signature, moved)) is Failure.EXPIRED


def test_a_finding_without_a_reason_is_no_yes() -> None:
    assert failure_of(found(None)) is Failure.NOT_A_CARD


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("failure", Failure)
def test_every_page_has_a_title_a_text_and_a_next_step(
    failure: Failure, language: Language
) -> None:
    said = [PAGES.texts.say(language, f"failure_{failure.value}_{part}") for part in _PARTS]
    assert all(said)
    assert len(set(said)) == 3


def test_every_outcome_of_the_agent_has_a_page() -> None:
    assert {Failure(outcome).value for outcome in DECLINED} == set(DECLINED)


def test_no_text_is_left_over() -> None:
    """A text for a failure that is no more would be translated for nobody."""
    parts = {f"failure_{failure.value}_{part}" for failure in Failure for part in _PARTS}
    general = {"next", "again", "register", "back", "tries", "no_tries"}
    words = read_words(files("gateway.login").joinpath("texts", "ja.toml"))
    texts = {key for key in words if key.startswith("failure_")}
    assert texts == parts | {f"failure_{name}" for name in general}
