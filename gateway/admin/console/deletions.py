"""The pages that ask for destruction: of a resident's data, of what is left of a deleted tenant."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.deed_view import DeedView
from gateway.admin.api.deletions import Reasons
from gateway.admin.api.residents import ResidentView
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Refusal, Visit, path_to, problem_of, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_FIELDS = ("document_number", "reason")


class DeletionPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        resident, tenant = "/residents/{resident_id}/deletion", "/tenants/{tenant_id}/end"
        return [
            PageRoute(resident, self.show_resident, methods=["GET"]),
            PageRoute(resident, self.ask_resident, methods=["POST"]),
            PageRoute(tenant, self.show_tenant, methods=["GET"]),
            PageRoute(tenant, self.ask_tenant, methods=["POST"]),
        ]

    async def show_resident(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_RESIDENTS)
        visit.need_presence()
        return await _resident_page(visit, {})

    async def ask_resident(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_RESIDENTS)
        form = await visit.form()
        try:
            return await _asked(visit, "ask_resident_deletion", form)
        except (InvalidField, Conflict) as refusal:
            return await _resident_page(visit, form, refusal)

    async def show_tenant(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        visit.need_presence()
        return await _tenant_page(visit, {})

    async def ask_tenant(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        form = await visit.form()
        try:
            return await _asked(visit, "ask_tenant_end", form)
        except (InvalidField, Conflict) as refusal:
            return await _tenant_page(visit, form, refusal)


async def _asked(visit: Visit, endpoint: str, form: Mapping[str, str]) -> Response:
    fields = {name: form[name] for name in _FIELDS if name in form}
    deed: DeedView = (await visit.call(endpoint, body=to_body(fields, Reasons))).value
    return see_other(f"{path_to('deeds', deed.deed_id)}?done=deed_asked")


async def _resident_page(
    visit: Visit, form: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    resident: ResidentView = (await visit.call("show_resident")).value
    return visit.render("resident_deletion.html", resident=resident, **_shown(form, refusal))


async def _tenant_page(
    visit: Visit, form: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    return render_in(visit, await tenant_of(visit), "tenant_end.html", **_shown(form, refusal))


def _shown(form: Mapping[str, str], refusal: Refusal | None) -> dict[str, Any]:
    wrong, told = (None, None) if refusal is None else problem_of(refusal)
    return {
        "status": 200 if refusal is None else 409 if wrong is None else 422,
        "form": form,
        "wrong": wrong,
        "told": told if wrong is None else None,
    }
