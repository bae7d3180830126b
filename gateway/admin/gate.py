"""The operators' door opens to listed addresses only, before anything else of a request is read."""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, Entry, LogKind, Origin, Outcome
from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.store.api import Moments
from gateway.tenants.allow_lists import AllowLists
from gateway.web.arrival import Arrival, arrival_of
from gateway.web.networks import neighbours, parse_address

log = logging.getLogger(__name__)

OnRefusal = Callable[[Arrival, str], Awaitable[None]]
"""Told of every refused request: whose it was, and at which door (`/admin`, `/metrics`)."""

# The path is decoded already, and routing compares it as it is. A route's pattern ends in `$`,
# which lets one line feed by: whatever white space follows, the door is the same.
_DOOR = re.compile(r"/(?:admin|metrics)(?![^/\s])")
_METRICS = "/metrics"
_ONE_ENTRY = timedelta(minutes=1)


class IpGate:
    """ASGI middleware, below `Arrivals`: a bare 403 for whoever is on nobody's allow-list, or for
    `/metrics` not on the platform's, and a bare 503 where the lists cannot be read."""

    def __init__(
        self, app: ASGIApp, lists: AllowLists, clock: Clock, on_refusal: OnRefusal
    ) -> None:
        self._app = app
        self._lists = lists
        self._clock = clock
        self._on_refusal = on_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = None if scope["type"] == "lifespan" else _door(scope)
        if door is None:
            await self._app(scope, receive, send)
            return
        arrival = arrival_of(HTTPConnection(scope))
        try:
            admitted = await self._admits(arrival, door)
        except StoreError as cause:
            log.error("request %s: nobody is let in: %s", arrival.request_id, cause)
            await _answer(scope, send, 503)
            return
        if admitted:
            await self._app(scope, receive, send)
            return
        # The answer first: it depends on no log.
        await _answer(scope, send, 403)
        await self._on_refusal(arrival, door)

    async def _admits(self, arrival: Arrival, door: str) -> bool:
        if arrival.address is None:
            return False
        admission, address = (
            await self._lists.current(self._clock()),
            parse_address(arrival.address),
        )
        # Nobody signs in to be told the whole platform's counts: no tenant's list opens that door.
        return admission.of(None, address) if door == _METRICS else admission.anyone(address)


class Refusals:
    """Counts refused requests, and logs one a minute of each address."""

    def __init__(
        self,
        audit: AuditLog,
        moments: Moments,
        clock: Clock,
        count: Callable[[], None] = lambda: None,
    ) -> None:
        self._audit = audit
        self._moments = moments
        self._clock = clock
        self._count = count

    async def __call__(self, arrival: Arrival, door: str) -> None:
        self._count()
        if not await self._moments.claim("gate-refusal", neighbours(arrival.address), _ONE_ENTRY):
            return
        entry = Entry(
            at=self._clock(),
            kind=LogKind.EVENT,
            deed="gate.refused",
            outcome=Outcome.REFUSED,
            origin=Origin(GATEWAY.actor, arrival.address, arrival.request_id),
            # Not the path: an invitation's link is a secret.
            detail={"door": door},
        )
        await self._audit.record(entry)


def _door(scope: Scope) -> str | None:
    path: str = scope["path"]
    # Routing leaves root_path out where the path begins with it; whichever it sees, it is checked.
    seen = (path, path.removeprefix(scope.get("root_path", "")))
    doors = [found[0] for found in map(_DOOR.match, seen) if found is not None]
    return _METRICS if _METRICS in doors else next(iter(doors), None)


async def _answer(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it opens: a 403
        return
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
