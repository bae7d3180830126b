"""What is done to a service or a reader: stopping it and going on, and its secrets."""

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.clients import ClientView
from gateway.admin.api.tenants import TenantView
from gateway.admin.console.clients import about, client_of, show_secret, subject_of
from gateway.admin.console.confirmation import VERBS, ask, carry_out
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Visit, seen_version
from gateway.errors import Conflict
from gateway.operators.model import Permission
from gateway.tenants.model import ClientKind
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


class ClientDeedPages:
    def __init__(self, desk: Desk, kind: ClientKind) -> None:
        self._desk = desk
        self._kind = kind

    def routes(self) -> list[Route]:
        one = f"/tenants/{{tenant_id}}/{self._kind}s/{{client_id}}"
        found: list[Route] = [
            PageRoute(f"{one}/secrets", self.secrets, methods=["GET"]),
            PageRoute(f"{one}/secrets", self.rotate, methods=["POST"]),
            PageRoute(f"{one}/secrets/former", self.end_former, methods=["POST"]),
        ]
        if self._kind is ClientKind.SERVICE:
            path = f"{one}/self-management/end"
            found.append(PageRoute(path, self.end_self_management, methods=["POST"]))
        for verb in VERBS:
            found += [
                PageRoute(f"{one}/{verb}", partial(self.confirm, verb), methods=["GET"]),
                PageRoute(f"{one}/{verb}", partial(self.do, verb), methods=["POST"]),
            ]
        return found

    async def confirm(self, verb: str, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        if verb == "delete":
            visit.need_presence()
        return ask(visit, tenant, subject_of(visit, client), verb)

    async def do(self, verb: str, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        return await carry_out(visit, tenant, subject_of(visit, client), verb)

    async def secrets(self, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        visit.need_presence()
        if not client.has_secret:
            raise Conflict(f"the {self._kind} authenticates without a secret")
        return self._page(visit, tenant, client)

    async def rotate(self, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        version = seen_version(await visit.form())
        try:
            rotated = await visit.call(f"rotate_{self._kind}_secret", version=version)
        except Conflict as refusal:
            return self._page(visit, tenant, client, refusal)
        return show_secret(visit, tenant, rotated.value, "rotated")

    async def end_former(self, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        version = seen_version(await visit.form())
        try:
            await visit.call(f"end_former_{self._kind}_secret", version=version)
        except Conflict as refusal:
            return self._page(visit, tenant, client, refusal)
        return see_other(f"{subject_of(visit, client).home}?done=former_secret_ended")

    async def end_self_management(self, request: Request) -> Response:
        visit, _, client = await self._enter(request)
        version = seen_version(await visit.form())
        await visit.call(f"end_{self._kind}_self_management", version=version)
        home = subject_of(visit, client).home
        return see_other(f"{home}?done={self._kind}_self_management_ended")

    async def _enter(self, request: Request) -> tuple[Visit, TenantView, ClientView]:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        return visit, await tenant_of(visit), await client_of(visit, self._kind)

    def _page(
        self,
        visit: Visit,
        tenant: TenantView,
        client: ClientView,
        refusal: Conflict | None = None,
    ) -> Response:
        overlap = timedelta(hours=self._desk.house.settings.admin.secret_overlap_hours)
        return render_in(
            visit,
            tenant,
            "client_secrets.html",
            status=200 if refusal is None else 409,
            **about(visit, client),
            overlap=overlap,
            good_until=visit.now + overlap,
            told=None if refusal is None else refusal.description,
        )
