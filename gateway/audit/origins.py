"""Who asks over HTTP, as every log entry names them."""

from starlette.requests import HTTPConnection

from gateway.audit.model import Origin
from gateway.web.arrival import arrival_of

RESIDENT = "resident"
UNKNOWN = "unknown"
"""Somebody whose proof failed; the entry's other fields say who they said they were."""


def origin_of(request: HTTPConnection, actor: str) -> Origin:
    """`actor` as proven so far; address and number are the arrival's."""
    arrival = arrival_of(request)
    return Origin(actor, arrival.address, arrival.request_id)


def client_actor(client_id: str) -> str:
    return f"client:{client_id}"


def operator_actor(operator_id: str) -> str:
    return f"operator:{operator_id}"
