"""The pages of deeds that need two people: what waits, who asked, and the second person's word."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.deed_view import DeedView
from gateway.admin.api.deeds import DeedFilter
from gateway.admin.console import log_words
from gateway.admin.console.filters import asked_for, page_after
from gateway.admin.console.log_filter import lines_asked
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Visit, path_to
from gateway.errors import Conflict
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_MOST_WAITING = 100


class DeedPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            one = f"{above}/deeds/{{deed_id}}"
            found += [
                PageRoute(f"{above}/deeds", self.list, methods=["GET"]),
                PageRoute(one, self.show, methods=["GET"]),
                PageRoute(f"{one}/approval", self.confirm, methods=["GET"]),
                PageRoute(f"{one}/approval", self.approve, methods=["POST"]),
                PageRoute(f"{one}/refusal", self.refuse, methods=["POST"]),
                PageRoute(f"{one}/withdrawal", self.withdraw, methods=["POST"]),
                PageRoute(f"{one}/export", self.download, methods=["GET"]),
            ]
        return found

    async def list(self, request: Request) -> Response:
        """What waits, and below it what was decided; or, asked for one state, that alone."""
        visit = await self._desk.visit(request)
        name = f"list_{visit.whose}_deeds"
        asked: DeedFilter = asked_for(request, DeedFilter)
        page = (await visit.call(name, query=asked)).value
        waiting = None
        if asked == DeedFilter():
            query = DeedFilter(state="waiting", limit=_MOST_WAITING)
            waiting = (await visit.call(name, query=query)).value
        return await render_for(
            visit,
            "deeds.html",
            waiting=waiting,
            asked=asked,
            deeds=[deed for deed in page.items if asked.state or deed.state != "waiting"],
            following=page_after(request, page.next),
        )

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        return await _page(visit, await _deed(visit))

    async def confirm(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.APPROVE)
        deed = await _deed(visit)
        if deed.state != "waiting":
            return see_other(_home(visit, deed))
        visit.need_presence()
        return await _approval_page(visit, deed)

    async def approve(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.APPROVE)
        deed = await _deed(visit)
        try:
            await visit.call(f"approve_{visit.whose}_deed")
        except Conflict as refusal:
            return await _approval_page(visit, deed, refusal)
        return see_other(f"{_home(visit, deed)}?done=deed_approved")

    async def refuse(self, request: Request) -> Response:
        return await self._decide(request, "refuse", "deed_refused")

    async def withdraw(self, request: Request) -> Response:
        return await self._decide(request, "withdraw", "deed_withdrawn")

    async def download(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        found = await visit.call(f"download_{visit.whose}_export")
        response: Response = found.value
        return response

    async def _decide(self, request: Request, verb: str, done: str) -> Response:
        visit = await self._desk.visit(request)
        try:
            deed: DeedView = (await visit.call(f"{verb}_{visit.whose}_deed")).value
        except Conflict as refusal:
            return await _page(visit, await _deed(visit), refusal)
        return see_other(f"{_home(visit, deed)}?done={done}")


async def _deed(visit: Visit) -> DeedView:
    found: DeedView = (await visit.call(f"show_{visit.whose}_deed")).value
    return found


def _home(visit: Visit, deed: DeedView) -> str:
    return visit.at("deeds", deed.deed_id)


async def _page(visit: Visit, deed: DeedView, refusal: Conflict | None = None) -> Response:
    own = deed.asked_by == visit.operator.operator_id
    approved = deed.kind == "export" and deed.state == "approved"
    return await render_for(
        visit,
        "deed.html",
        status=200 if refusal is None else 409,
        deed=deed,
        wanted=lines_asked(deed) if deed.kind == "export" else {},
        words=log_words,
        own=own,
        download=_download(deed) if own and approved and visit.now < deed.expires_at else None,
        told=None if refusal is None else refusal.description,
    )


async def _approval_page(visit: Visit, deed: DeedView, refusal: Conflict | None = None) -> Response:
    return await render_for(
        visit,
        "deed_approval.html",
        status=200 if refusal is None else 409,
        deed=deed,
        wanted=lines_asked(deed) if deed.kind == "export" else {},
        words=log_words,
        told=None if refusal is None else refusal.description,
    )


def _download(deed: DeedView) -> str:
    """Where the one who asked gets it: of the log it is taken from."""
    of_tenant = () if deed.tenant_id is None else ("tenants", deed.tenant_id)
    return path_to(*of_tenant, "deeds", deed.deed_id, "export")
