"""What a verification found, in lines for a person to read."""

from collections.abc import Iterator
from datetime import datetime

from gateway.card.api import AttributeOrigin, BasicAttributes, CertificateStatus
from gateway.card.model import Check, CheckOutcome, Outcome, Verification
from gateway.commands.reason_words import WORDS

CHECKS = {
    Check.FORM: "strict DER, allowed keys and algorithms",
    Check.PATH: "issued by an anchor",
    Check.PROFILE: "policy, key usages, attributes of its kind",
    Check.VALIDITY: "in force at that time",
    Check.SIGNATURE: "its key has signed",
    Check.REVOCATION: "not revoked",
    Check.VALIDATORS: "this gateway's own checks",
}
OUTCOMES = {
    CheckOutcome.PASSED: "passed",
    CheckOutcome.REFUSED: "REFUSED",
    CheckOutcome.UNDETERMINED: "could not tell",
    CheckOutcome.NOT_DONE: "not done",
}
IDEOGRAPHIC_SPACE = "\u3000"


def report(found: Verification, at: datetime) -> Iterator[str]:
    yield f"At {_time(at)}"
    if found.certificate_type is not None:
        yield f"Certificate: {found.certificate_type}"
        yield f"Issuer: {printable(found.issuer or '')}"
    if found.not_before is not None and found.not_after is not None:
        yield f"In force: {_time(found.not_before)} to {_time(found.not_after)}"
    for check in found.checks:
        yield f"  {check.name:<11} {OUTCOMES[check.outcome]:<15} {CHECKS[check.name]}"
    if found.status is not None:
        yield from _status(found.status)
    if found.basic_attributes is not None:
        yield from _attributes(found.basic_attributes)
    yield _conclusion(found)


def printable(text: str) -> str:
    """A certificate's text moves no cursor."""
    return "".join(
        each if each.isprintable() or each == IDEOGRAPHIC_SPACE else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )


def _status(status: CertificateStatus) -> Iterator[str]:
    told = f"Revocation: {status.value}, from {status.source}"
    if status.evidence is not None:
        told += f" ({status.evidence})"
    if status.this_update is not None:
        told += f" of {_time(status.this_update)}"
    if status.next_update is not None:
        told += f", next by {_time(status.next_update)}"
    yield told
    if status.revoked_at is not None:
        yield f"  revoked {_time(status.revoked_at)}: {status.revocation_reason}"
    if status.detail is not None:
        yield f"  {status.detail}"


def _attributes(attributes: BasicAttributes) -> Iterator[str]:
    for name, text, origin in (
        ("Name", attributes.name, attributes.name_origin),
        ("Address", attributes.address, attributes.address_origin),
        ("Birth date", attributes.birth_date, AttributeOrigin.EXACT),
        ("Gender", attributes.gender, AttributeOrigin.EXACT),
    ):
        if text is not None:
            marked = origin is AttributeOrigin.SUBSTITUTED
            yield f"{name}: {printable(text)}" + (" (with substitute characters)" * marked)


def _conclusion(found: Verification) -> str:
    outcome = found.outcome.capitalize()
    if found.reason is None:
        return f"{outcome}."
    told = "Nothing bad was seen, but that is no yes. " * (found.outcome is Outcome.UNDETERMINED)
    return f"{outcome} ({found.reason}). {told}{WORDS[found.reason]}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
