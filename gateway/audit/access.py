"""The access log's entry: a request and how it was answered."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.web.arrival import Arrival
from gateway.web.route_template import route_template

_LONGEST_METHOD, _LONGEST_AGENT = 16, 100
_NOT_PRINTABLE = re.compile("[^ -~]")


def access_entry(
    arrival: Arrival, scope: Mapping[str, Any], status: int, seconds: float, now: datetime
) -> Entry:
    """Whoever it was is told by the entries of the same request number, if anybody was proven."""
    detail = {
        "method": scope["method"][:_LONGEST_METHOD],
        "route": route_template(scope),
        "status": str(status),
        "milliseconds": f"{seconds * 1000:.1f}",
    }
    if agent := _user_agent(scope):
        detail["user_agent"] = agent
    return Entry(
        at=now,
        kind=LogKind.ACCESS,
        deed="request.answered",
        outcome=_outcome(status),
        origin=Origin("unknown", arrival.address, arrival.request_id),
        detail=detail,
    )


def _outcome(status: int) -> Outcome:
    if status >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if status >= 400 else Outcome.DONE


def _user_agent(scope: Mapping[str, Any]) -> str | None:
    for name, value in scope["headers"]:
        if name == b"user-agent":
            text: str = value[:_LONGEST_AGENT].decode("ascii", "replace")
            return _NOT_PRINTABLE.sub("?", text)
    return None
