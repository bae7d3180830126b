"""Where a request came from and under which number it stands in every log."""

import secrets
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.client_address import UnknownAddress, client_address
from gateway.web.networks import Networks

_KEY = "gateway.arrival"
_TOLD = "gateway.told_along"


@dataclass(frozen=True, slots=True)
class Arrival:
    request_id: str
    address: str | None
    """The client's, as far as it is proven (`client_address.py`); None where it cannot be told."""


OnAnswer = Callable[[Arrival, Scope, int, float], None]
"""Told of every answered request: its status and how many seconds it took."""


def note_arrival(scope: MutableMapping[str, Any], address: str | None) -> Arrival:
    """Once, at the outermost door. The number is ours: a client cannot choose it."""
    arrival = Arrival(secrets.token_hex(8), address)
    scope[_KEY] = arrival
    return arrival


def arrival_of(request: HTTPConnection) -> Arrival:
    """Of a request that came through the door; KeyError for one that did not."""
    return arrival_in(request.scope)


def arrival_in(scope: Mapping[str, Any]) -> Arrival:
    """As `arrival_of`, before there is a request."""
    found: Arrival = scope[_KEY]
    return found


def tell_along(request: HTTPConnection, name: str, value: str) -> None:
    """A header of the answer to this request, whatever the answer becomes; the last word of a name
    counts."""
    request.scope.setdefault(_TOLD, {})[name.lower().encode()] = value.encode("ascii")


class Arrivals:
    """ASGI middleware, the outermost: notes each request's arrival and tells how it was answered.
    The answer carries the number, so that whoever complains can name it."""

    def __init__(self, app: ASGIApp, trusted: Networks, on_answer: OnAnswer | None = None) -> None:
        self.app = app
        self._trusted = trusted
        self._on_answer = on_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        arrival = note_arrival(scope, _address(scope, self._trusted))
        number = (b"x-request-id", arrival.request_id.encode())
        status = 500  # what the server answers where nothing else did

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = scope.get(_TOLD, {}).items()
                message = {**message, "headers": [*message.get("headers", ()), number, *told]}
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        finally:
            if self._on_answer is not None:
                self._on_answer(arrival, scope, status, time.perf_counter() - began)


def _address(scope: Scope, trusted: Networks) -> str | None:
    client = scope.get("client")
    try:
        return str(client_address(client[0] if client else None, scope["headers"], trusted))
    except UnknownAddress:
        return None
