"""The pages of exports: lines of the logs as CSV, asked for here, approved by somebody else."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.deed_view import DeedView
from gateway.admin.api.exports import ExportRequest
from gateway.admin.console import log_words
from gateway.admin.console.log_filter import (
    fields_of,
    filter_of,
    given_of,
    lines_asked,
    query_for,
)
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Refusal, Visit, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute
from gateway.web.parameters import query_parameters
from gateway.web.redirect import see_other

_ASKED = ("document_number", "reason")


class ExportPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            path = f"{above}/logs/export"
            found += [
                PageRoute(path, self.form, methods=["GET"]),
                PageRoute(path, self.ask, methods=["POST"]),
            ]
        return found

    async def form(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.ASK_EXPORT)
        given = given_of(query_parameters(request))
        try:
            filter_of(given)
        except InvalidField as refusal:
            return await _page(visit, {}, {}, refusal)
        return await _page(visit, given, {})

    async def ask(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        form = await visit.form()
        given = given_of(form)
        try:
            asked = {name: form[name] for name in _ASKED if name in form}
            body = to_body({"filter": fields_of(given), **asked}, ExportRequest)
            await visit.call(f"ask_{visit.whose}_export", body=body)
        except (InvalidField, Conflict) as refusal:
            return await _page(visit, given, form, refusal)
        return see_other(f"{visit.at('logs', 'export')}?done=export_asked")


async def _page(
    visit: Visit, given: Mapping[str, str], form: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    exports: tuple[DeedView, ...] = (await visit.call(f"list_{visit.whose}_exports")).value
    status, field = 200, None
    if refusal is not None:
        status = 422 if isinstance(refusal, InvalidField) else 409
        field = refusal.field if isinstance(refusal, InvalidField) else None
    return await render_for(
        visit,
        "log_export.html",
        status=status,
        given=given,
        searched=query_for(given),
        form=form,
        exports=[(deed, lines_asked(deed)) for deed in exports],
        now=visit.now,
        words=log_words,
        errors={field: visit.say(f"export_error_{field}")} if field in _ASKED else {},
        told=None if refusal is None or field in _ASKED else visit.say(_told(refusal)),
    )


def _told(refusal: Refusal) -> str:
    return "export_told_filter" if isinstance(refusal, InvalidField) else "export_told_waiting"
