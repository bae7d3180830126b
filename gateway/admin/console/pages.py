"""The console as an application of its own, to be mounted at /admin behind the IP gate."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from gateway.admin.console.errors import console_handlers
from gateway.admin.console.networks import NetworkPages
from gateway.admin.console.sign_in import SignInPages
from gateway.admin.console.visit import Desk
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


def console_application(desk: Desk) -> Starlette:
    async def home(request: Request) -> Response:
        """Everybody begins where their own things are."""
        visit = await desk.visit(request)
        own = visit.operator.tenant_id
        return see_other("/admin/tenants" if own is None else f"/admin/tenants/{own}")

    return Starlette(
        routes=[
            PageRoute("/", home, methods=["GET"]),
            *SignInPages(desk).routes(),
            *NetworkPages(desk).routes(),
        ],
        exception_handlers=console_handlers(desk),
    )
