"""Tokens for developers to register services with: the tenant's list, made, shown once, revoked."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.initial_tokens import InitialTokenOrder
from gateway.admin.api.tenants import TenantView
from gateway.admin.console.client_fields import DATA, json_object
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Visit, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.tenants.initial_tokens import GRANTABLE
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

OFFERED = tuple(scope for scope in DATA if scope in GRANTABLE)
_FIELDS = frozenset({"note", "days", "uses", "software_issuer", "software_jwks"})
_ON_SOFTWARE = frozenset({"software_issuer", "software_jwks"})


class InitialTokenPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        above = "/tenants/{tenant_id}/initial-tokens"
        return [
            PageRoute(above, self.list, methods=["GET"]),
            PageRoute(above, self.make, methods=["POST"]),
            PageRoute(f"{above}/new", self.ask, methods=["GET"]),
            PageRoute(f"{above}/{{token_id}}/revocation", self.revoke, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        tenant = await tenant_of(visit)
        found = (await visit.call("list_initial_tokens")).value
        return render_in(visit, tenant, "initial_tokens.html", tokens=found, now=visit.now)

    async def ask(self, request: Request) -> Response:
        visit, tenant = await self._enter(request)
        visit.need_presence()
        return _page(visit, tenant, {"days": "7", "uses": "1", "scope_profile": "1"})

    async def make(self, request: Request) -> Response:
        """The answer is the one page that ever shows it."""
        visit, tenant = await self._enter(request)
        form = await visit.form()
        try:
            made = await visit.call("make_initial_token", body=_order(form))
        except InvalidField as refusal:
            return _page(visit, tenant, form, refusal)
        except Conflict:
            told = visit.say("initial_token_too_many")
            return _page(visit, tenant, form, status=409, told=told)
        return render_in(visit, tenant, "initial_token_made.html", made=made.value)

    async def revoke(self, request: Request) -> Response:
        visit, _ = await self._enter(request)
        await visit.call("revoke_initial_token")
        return see_other(f"{visit.at('initial-tokens')}?done=initial_token_revoked")

    async def _enter(self, request: Request) -> tuple[Visit, TenantView]:
        """Raises Conflict: a form that could not be sent is not shown."""
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        tenant = await tenant_of(visit)
        if tenant.state in ("deleted", "ended"):
            raise Conflict("the tenant is deleted")
        return visit, tenant


def _order(form: Mapping[str, str]) -> InitialTokenOrder:
    """Raises InvalidField."""
    fields: dict[str, Any] = {
        name: form[name].strip() for name in ("note", "days", "uses") if name in form
    }
    fields["scope"] = " ".join(["openid", *(one for one in OFFERED if f"scope_{one}" in form)])
    if form.get("software_issuer", "").strip():
        fields["software_issuer"] = form["software_issuer"].strip()
    keys = json_object("software_jwks", form.get("software_jwks"))
    if keys is not None:
        fields["software_jwks"] = keys
    order: InitialTokenOrder = to_body(fields, InitialTokenOrder)
    return order


def _page(
    visit: Visit,
    tenant: TenantView,
    form: Mapping[str, str],
    refusal: InvalidField | None = None,
    *,
    status: int = 200,
    told: str | None = None,
) -> Response:
    errors = {}
    if refusal is not None:
        # What has no field of its own here is the name's: nothing else can be left out.
        at = refusal.field if refusal.field in _FIELDS else "note"
        status, errors = 422, {at: visit.say(f"initial_token_error_{at}")}
    return render_in(
        visit,
        tenant,
        "initial_token_new.html",
        status=status,
        form=form,
        data=OFFERED,
        errors=errors,
        told=told,
        on_software=bool(_ON_SOFTWARE & errors.keys()),
    )
