"""A small site on the floor of `gateway.web`: for tests of what every room gets from it."""

from collections.abc import Sequence

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from gateway.web.arrival import Arrivals
from gateway.web.errors import exception_handlers
from gateway.web.limits import BodyLimit
from gateway.web.networks import Networks
from gateway.web.pages import Pages

ORIGIN = "https://id.example.test"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def browser_of(*routes: BaseRoute, limit: int = 1_000) -> httpx2.AsyncClient:
    app = Starlette(
        routes=list(routes),
        middleware=[Middleware(BodyLimit, limit)],
        exception_handlers=exception_handlers(Pages([])),
    )
    transport = httpx2.ASGITransport(Arrivals(app, Networks()), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=ORIGIN)


def set_cookies(response: httpx2.Response) -> Sequence[str]:
    return response.headers.get_list("set-cookie")
