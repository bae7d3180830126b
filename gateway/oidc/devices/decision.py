"""What a resident pressed."""

from collections.abc import Mapping

from gateway.errors import InvalidRequest


def decision_in(form: Mapping[str, str]) -> bool:
    """Whether they agree. Raises InvalidRequest for anything but one of the two buttons."""
    decision = form.get("decision")
    if decision not in ("agree", "decline"):
        raise InvalidRequest("decision must be agree or decline")
    return decision == "agree"
