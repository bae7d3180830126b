"""Nobody takes up a whole worker: so many requests from one address, then 429 (RFC 6585 §4).

The doors of residents and programs share one bucket for each address (IPv6: each /64). A town hall
or a mobile network is one address: the settings leave room for it.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import TooManyRequests
from gateway.web.arrival import Arrival, arrival_in
from gateway.web.buckets import Buckets
from gateway.web.errors import PageRoute
from gateway.web.networks import neighbours
from gateway.web.route_template import FOR_PEOPLE

OnLimit = Callable[[Arrival], Awaitable[None]]
"""Told of every request that was too many."""

# What is the same for everybody, cheap and often fetched; and the operators' doors, which the IP
# gate keeps: whoever comes to look what goes on is not held up by it.
_UNLIMITED = ("/static/", "/.well-known/", "/admin/")
_UNLIMITED_PATHS = frozenset({"/jwks", "/healthz", "/readyz", "/metrics", "/admin"})


class Volume:
    """ASGI middleware, below the IP gate. `refuse` makes the answer."""

    def __init__(
        self,
        app: ASGIApp,
        buckets: Buckets,
        programs: frozenset[str],
        refuse: Callable[[Request, Exception], Awaitable[Response]],
        on_limit: OnLimit,
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._programs = programs
        self._refuse = refuse
        self._on_limit = on_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_unlimited(scope["path"]):
            await self._app(scope, receive, send)
            return
        arrival = arrival_in(scope)
        wait = self._buckets.take(neighbours(arrival.address))
        if not wait:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if scope["path"] not in self._programs and _shows_pages(request):
            scope[FOR_PEOPLE] = True
        answer = await self._refuse(request, TooManyRequests(timedelta(seconds=wait)))
        await answer(scope, receive, send)
        # The answer first: it depends on no log.
        await self._on_limit(arrival)


def is_unlimited(path: str) -> bool:
    return path in _UNLIMITED_PATHS or path.startswith(_UNLIMITED)


def paths_of_programs(routes: Iterable[BaseRoute]) -> frozenset[str]:
    """Where JSON is answered, whatever a program says it accepts: some say text/html."""
    return frozenset(
        route.path
        for route in routes
        if isinstance(route, Route) and not isinstance(route, PageRoute)
    )


def _shows_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
