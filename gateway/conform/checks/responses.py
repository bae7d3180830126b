"""Authorization responses that are not an answer to this browser's own request."""

import secrets
from collections.abc import Callable, Mapping

from gateway.conform.checks.judging import Run, judge_refusal, refuses
from gateway.conform.fault import Fault
from gateway.conform.inspection import Inspection
from gateway.conform.model import Finding

OTHER_ISSUER = "https://another-issuer.example"
Answer = Callable[[Mapping[str, str]], dict[str, str]]


def refuses_answer(change: Answer) -> Run:
    return refuses(Fault(answer=change))


def without(*names: str) -> Answer:
    return lambda before: {name: value for name, value in before.items() if name not in names}


def with_other(name: str, value: str | None = None) -> Answer:
    """Something random where no value is given."""
    return lambda before: {**before, name: value or secrets.token_urlsafe(24)}


def as_error(error: str) -> Answer:
    """In the place of a code; state and iss stay."""

    def change(before: Mapping[str, str]) -> dict[str, str]:
        return {**without("code", "id_token")(before), "error": error}

    return change


def refuses_foreign_answer(inspection: Inspection) -> Finding:
    """Somebody else's code, carried into a browser that has begun a sign-in of its own."""
    return _foreign(inspection, has_begun=True)


def refuses_unasked_answer(inspection: Inspection) -> Finding:
    """The same, in a browser that has begun none."""
    return _foreign(inspection, has_begun=False)


def _foreign(inspection: Inspection, *, has_begun: bool) -> Finding:
    with (
        inspection.visit() as somebody_else,
        inspection.visit() as visit,
        inspection.tampering.by(Fault()),
    ):
        if has_begun:
            visit.response()
        foreign = somebody_else.response()
        inspection.tampering.reached = True
        return judge_refusal(inspection, visit, foreign, foreign.fields)


def has_no_state(inspection: Inspection) -> str | None:
    found = inspection.known.responses[0]
    return _signed(found) or (None if "state" in found else "because_no_state")


def is_signed_answer(inspection: Inspection) -> str | None:
    return _signed(inspection.known.responses[0])


def _signed(fields: Mapping[str, str]) -> str | None:
    """A JARM answer cannot be changed on its way: what its checks are for, its signature does."""
    return "because_signed_answer" if "response" in fields else None
