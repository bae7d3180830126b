"""The notice that stands before everything else: what the law says to whoever handles data."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.account import Acknowledgement
from gateway.admin.console.visit import Desk, Visit, to_body
from gateway.admin.console.ways import local_path
from gateway.errors import InvalidField
from gateway.web.errors import PageRoute
from gateway.web.parameters import query_parameters
from gateway.web.redirect import see_other


class NoticePages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/notice", self.show, methods=["GET"]),
            PageRoute("/notice", self.acknowledge, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Later, too, to read it again."""
        visit = await self._desk.visit(request, before_notice=True)
        return self._page(visit, local_path(query_parameters(request).get("to")))

    async def acknowledge(self, request: Request) -> Response:
        visit = await self._desk.visit(request, before_notice=True)
        form = dict(await visit.form())
        to = local_path(form.pop("to", None))
        try:
            await visit.call("acknowledge_notice", body=to_body(form, Acknowledgement))
        except InvalidField:
            return self._page(visit, to, status=422)
        return see_other(to)

    def _page(self, visit: Visit, to: str, status: int = 200) -> Response:
        return visit.render("notice.html", status=status, to=to, missing=status == 422)
