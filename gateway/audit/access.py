"""A request and how it was answered: the access log's entry for a person's, the communication
log's for a program's."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.parties import party_of
from gateway.web.arrival import Arrival
from gateway.web.route_template import is_for_programs, route_template

_LONGEST_METHOD, _LONGEST_AGENT = 16, 100
_NOT_PRINTABLE = re.compile("[^ -~]")


def access_entry(
    arrival: Arrival, scope: Mapping[str, Any], status: int, seconds: float, now: datetime
) -> Entry:
    """Which resident it was is told by the entries of the same request number alone."""
    party = party_of(scope)
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
        kind=LogKind.COMMUNICATION if is_for_programs(scope) else LogKind.ACCESS,
        deed="request.answered",
        outcome=_outcome(status),
        origin=Origin(party.actor, arrival.address, arrival.request_id),
        tenant_id=party.tenant_id,
        client_id=party.client_id,
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
