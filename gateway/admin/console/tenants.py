"""The pages of tenants: the platform's list of them, making one, its names, stopping it."""

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.tenants import NewTenant, TenantFilter, TenantNames, TenantView
from gateway.admin.console.confirmation import VERBS, Confirmed, ask, carry_out, undo_time
from gateway.admin.console.filters import asked_for, page_after
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Refusal, Visit, problem_of, seen_version, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_ONE = "/tenants/{tenant_id}"
_NAMES = ("name_ja", "name_en")
_NEEDS_PRESENCE = ("suspend", "delete")


class TenantPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """`new` stands before any tenant's page, and is no tenant's ID here."""
        found: list[Route] = [
            PageRoute("/tenants", self.list, methods=["GET"]),
            PageRoute("/tenants", self.create, methods=["POST"]),
            PageRoute("/tenants/new", self.new, methods=["GET"]),
            PageRoute(f"{_ONE}/edit", self.edit, methods=["GET"]),
            PageRoute(f"{_ONE}/edit", self.change, methods=["POST"]),
        ]
        for verb in VERBS:
            path = f"{_ONE}/{verb}"
            found += [
                PageRoute(path, partial(self.confirm, verb), methods=["GET"]),
                PageRoute(path, partial(self.do, verb), methods=["POST"]),
            ]
        return found

    async def list(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        asked = asked_for(request, TenantFilter)
        page = (await visit.call("list_tenants", query=asked)).value
        following = page_after(request, page.next)
        return visit.render("tenants.html", page=page, asked=asked, following=following)

    async def new(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        return self._new_page(visit, {})

    async def create(self, request: Request) -> Response:
        """On to its services: a tenant without any is of no use to a resident."""
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        form = await visit.form()
        fields = {name: form[name] for name in ("tenant_id", *_NAMES) if name in form}
        try:
            made = await visit.call("create_tenant", body=to_body(fields, NewTenant))
        except Conflict:
            return self._new_page(visit, form, InvalidField("tenant_id", ""), taken=True)
        except InvalidField as refusal:
            return self._new_page(visit, form, refusal)
        tenant: TenantView = made.value
        return see_other(f"/admin/tenants/{tenant.tenant_id}/services?done=tenant_created")

    async def edit(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        tenant = await tenant_of(visit)
        form = {"name_ja": tenant.name_ja, "name_en": tenant.name_en}
        return self._edit_page(visit, tenant, form, tenant.version)

    async def change(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        tenant = await tenant_of(visit)
        form = await visit.form()
        version = seen_version(form)
        fields = {name: form[name] for name in _NAMES if name in form}
        try:
            await visit.call("change_tenant", body=to_body(fields, TenantNames), version=version)
        except (InvalidField, Conflict) as refusal:
            return self._edit_page(visit, tenant, form, version, refusal)
        return see_other(f"{visit.at('edit')}?done=tenant_changed")

    async def confirm(self, verb: str, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        tenant = await tenant_of(visit)
        if verb in _NEEDS_PRESENCE:
            visit.need_presence()
        return ask(visit, tenant, self._subject(visit, tenant), verb)

    async def do(self, verb: str, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_TENANTS)
        tenant = await tenant_of(visit)
        return await carry_out(visit, tenant, self._subject(visit, tenant), verb)

    def _subject(self, visit: Visit, tenant: TenantView) -> Confirmed:
        return Confirmed("tenant", tenant, visit.at("edit"))

    def _new_page(
        self,
        visit: Visit,
        form: Mapping[str, str],
        refusal: InvalidField | None = None,
        *,
        taken: bool = False,
    ) -> Response:
        return visit.render(
            "tenant_new.html",
            status=200 if refusal is None else 409 if taken else 422,
            form=form,
            wrong=None if refusal is None else refusal.field,
            detail=None if refusal is None else refusal.description,
            taken=taken,
        )

    def _edit_page(
        self,
        visit: Visit,
        tenant: TenantView,
        form: Mapping[str, str],
        version: int,
        refusal: Refusal | None = None,
    ) -> Response:
        subject = self._subject(visit, tenant)
        wrong, detail = (None, None) if refusal is None else problem_of(refusal)
        return render_in(
            visit,
            tenant,
            "tenant_edit.html",
            status=200 if refusal is None else 409 if isinstance(refusal, Conflict) else 422,
            form=form,
            version=version,
            wrong=wrong,
            detail=detail,
            possible=subject.possible(undo_time(visit), visit.now),
            restorable_until=subject.restorable_until(undo_time(visit)),
        )
