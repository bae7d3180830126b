"""The manuals: one for operators of the platform, one for a tenant's, each in both languages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.console.visit import Desk
from gateway.errors import NoSuchThing
from gateway.web.errors import PageRoute
from gateway.web.languages import choose_language
from gateway.web.redirect import see_other

_OTHER = {"platform": "tenant", "tenant": "platform"}


class ManualPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/manual", self.own, methods=["GET"]),
            PageRoute("/manual/{whose}", self.show, methods=["GET"]),
        ]

    async def own(self, request: Request) -> Response:
        visit = await self._desk.visit(request, before_notice=True)
        whose = "platform" if visit.operator.tenant_id is None else "tenant"
        return see_other(f"/admin/manual/{whose}")

    async def show(self, request: Request) -> Response:
        """It may be read before the notice, and nothing secret stands in it."""
        visit = await self._desk.visit(request, before_notice=True)
        whose = request.path_params["whose"]
        if whose not in _OTHER:
            raise NoSuchThing
        settings = visit.desk.house.settings
        return visit.render(
            f"manual/{whose}.{choose_language(request)}.html",
            title=visit.say(f"manual_{whose}"),
            other=_OTHER[whose],
            admin=settings.admin,
            audit=settings.audit,
        )
