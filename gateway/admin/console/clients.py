"""The pages of services, and the same of readers: the list, one of them, registering, changing."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.clients import ClientFilter, ClientView, NewClient, WithSecret
from gateway.admin.api.tenants import TenantView
from gateway.admin.console.advanced_fields import FORM, MEMBERS, facts, used_groups
from gateway.admin.console.client_fields import DATA, FIELDS, new_form, to_form, to_metadata
from gateway.admin.console.confirmation import Confirmed, undo_time
from gateway.admin.console.filters import asked_for, page_after
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Visit, path_to, seen_version
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.tenants.model import ClientKind
from gateway.web.errors import PageRoute
from gateway.web.languages import Language
from gateway.web.redirect import see_other

_GONE = ("deleted", "ended")


class ClientPages:
    def __init__(self, desk: Desk, kind: ClientKind) -> None:
        self._desk = desk
        self._kind = kind

    def routes(self) -> list[Route]:
        """`new` stands before any client's page, and is no client's ID here."""
        above = f"/tenants/{{tenant_id}}/{self._kind}s"
        one = f"{above}/{{client_id}}"
        return [
            PageRoute(above, self.list, methods=["GET"]),
            PageRoute(above, self.create, methods=["POST"]),
            PageRoute(f"{above}/new", self.new, methods=["GET"]),
            PageRoute(one, self.show, methods=["GET"]),
            PageRoute(f"{one}/edit", self.edit, methods=["GET"]),
            PageRoute(f"{one}/edit", self.change, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        tenant = await tenant_of(visit)
        asked = asked_for(request, ClientFilter)
        page = (await visit.call(f"list_{self._kind}s", query=asked)).value
        return render_in(
            visit,
            tenant,
            "clients.html",
            kind=self._kind,
            page=page,
            asked=asked,
            following=page_after(request, page.next),
            takes_new=tenant.state not in _GONE,
        )

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        tenant = await tenant_of(visit)
        client = await client_of(visit, self._kind)
        subject = subject_of(visit, client)
        return render_in(
            visit,
            tenant,
            "client.html",
            **about(visit, client),
            facts=facts(client.metadata),
            possible=() if tenant.state in _GONE else subject.possible(undo_time(visit), visit.now),
            restorable_until=subject.restorable_until(undo_time(visit)),
        )

    async def new(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        return self._form_page(visit, await self._open(visit), new_form(self._kind))

    async def create(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        tenant = await self._open(visit)
        form = await visit.form()
        try:
            metadata = to_metadata(self._kind, form)
            new = NewClient(client_id=form.get("client_id", "").strip(), metadata=metadata)
            made = await visit.call(f"create_{self._kind}", body=new)
        except Conflict:
            return self._form_page(visit, tenant, form, InvalidField("client_id", ""), taken=True)
        except InvalidField as refusal:
            return self._form_page(visit, tenant, form, refusal)
        return self._done(visit, tenant, made.value, "created")

    async def edit(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        tenant = await self._open(visit)
        client = await client_of(visit, self._kind)
        if client.state == "deleted":
            raise Conflict(f"the {self._kind} is deleted")
        return self._form_page(visit, tenant, to_form(client.metadata), client=client)

    async def change(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        tenant = await self._open(visit)
        client = await client_of(visit, self._kind)
        form = await visit.form()
        version = seen_version(form)
        try:
            metadata = to_metadata(self._kind, form, client.metadata)
            changed = await visit.call(f"change_{self._kind}", body=metadata, version=version)
        except InvalidField as refusal:
            return self._form_page(visit, tenant, form, refusal, client=client)
        return self._done(visit, tenant, changed.value, "changed")

    async def _open(self, visit: Visit) -> TenantView:
        """Raises Conflict: a form that could not be sent is not shown."""
        tenant = await tenant_of(visit)
        if tenant.state in _GONE:
            raise Conflict("the tenant is deleted")
        return tenant

    def _done(self, visit: Visit, tenant: TenantView, made: WithSecret, deed: str) -> Response:
        if made.client_secret is not None:
            return show_secret(visit, tenant, made, deed)
        home = visit.at(f"{self._kind}s", made.client.client_id)
        return see_other(f"{home}?done={self._kind}_{deed}")

    def _form_page(
        self,
        visit: Visit,
        tenant: TenantView,
        form: Mapping[str, str],
        refusal: InvalidField | None = None,
        *,
        client: ClientView | None = None,
        taken: bool = False,
    ) -> Response:
        wrong, detail = None, None
        if refusal is not None:
            at_field = refusal.field in FIELDS
            wrong = refusal.field if at_field else None
            detail = refusal.description if at_field else str(refusal)
        version = None if client is None else form.get("version", str(client.version))
        return render_in(
            visit,
            tenant,
            f"{self._kind}_form.html",
            status=200 if refusal is None else 409 if taken else 422,
            kind=self._kind,
            form=form,
            client=client,
            version=version,
            data=DATA,
            groups=FORM,
            used=used_groups(form),
            wrong=wrong,
            error=f"error_{'advanced' if wrong in MEMBERS else wrong}",
            detail=detail,
            taken=taken,
        )


async def client_of(visit: Visit, kind: ClientKind) -> ClientView:
    """Raises NoSuchThing, also for another tenant's."""
    client: ClientView = (await visit.call(f"show_{kind}")).value
    return client


def subject_of(visit: Visit, client: ClientView) -> Confirmed:
    return Confirmed(client.kind, client, visit.at(f"{client.kind}s", client.client_id))


def about(visit: Visit, client: ClientView) -> Mapping[str, object]:
    """What the templates need to tell of a client, to its operator and to its developer."""
    tenant_id, kind, client_id = client.tenant_id, client.kind, client.client_id
    return {
        "kind": kind,
        "client": client,
        "home": visit.at(f"{kind}s", client_id),
        "logo": path_to("api", "v1", "tenants", tenant_id, f"{kind}s", client_id, "logo"),
        "issuer": visit.desk.house.settings.server.issuer,
        "scopes": client.metadata.scope.split(" "),
        "languages": tuple(Language),
        "say": visit.desk.pages.texts.say,
        "now": visit.now,
    }


def show_secret(visit: Visit, tenant: TenantView, made: WithSecret, deed: str) -> Response:
    """In the answer to the deed itself: it is nowhere else, and never again."""
    return render_in(
        visit,
        tenant,
        "client_secret.html",
        **about(visit, made.client),
        secret=made.client_secret,
        deed=deed,
    )
