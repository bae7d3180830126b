"""Where a request came from and under which number it stands in every log."""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection

_KEY = "gateway.arrival"


@dataclass(frozen=True, slots=True)
class Arrival:
    request_id: str
    address: str | None
    """The client's, as far as it is proven (`client_address.py`); None where it cannot be told."""


def note_arrival(scope: MutableMapping[str, Any], address: str | None) -> Arrival:
    """Once, at the outermost door. The number is ours: a client cannot choose it."""
    arrival = Arrival(secrets.token_hex(8), address)
    scope[_KEY] = arrival
    return arrival


def arrival_of(request: HTTPConnection) -> Arrival:
    """Of a request that came through the door; KeyError for one that did not."""
    found: Arrival = request.scope[_KEY]
    return found
