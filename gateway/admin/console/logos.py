"""The page of a service's logo: seen, changed, taken away."""

import base64

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.clients import ClientView, NewLogo
from gateway.admin.api.tenants import TenantView
from gateway.admin.console.clients import about, client_of
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Visit, seen_version, to_body
from gateway.errors import BadRequest, Conflict, InvalidField
from gateway.operators.model import Permission
from gateway.tenants.images import MAX_SIDE, media_type_of
from gateway.tenants.model import ClientKind
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other
from gateway.web.uploads import form_with_file

MAX_KIB = 60
"""With the form around it, that is what fits into a body (settings: body_limit_bytes)."""
_ONE = "/tenants/{tenant_id}/services/{client_id}/logo"


class LogoPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute(_ONE, self.ask, methods=["GET"]),
            PageRoute(_ONE, self.change, methods=["POST"]),
            PageRoute(f"{_ONE}/removal", self.remove, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        if client.state == "deleted":
            raise Conflict("the service is deleted")
        return self._page(visit, tenant, client)

    async def change(self, request: Request) -> Response:
        visit, tenant, client = await self._enter(request)
        try:
            upload = await form_with_file(request, "logo")
        except BadRequest as refusal:
            if refusal.status != 413:
                raise
            return self._page(visit, tenant, client, InvalidField("logo", refusal.description), 413)
        version = seen_version(upload.parameters)
        try:
            await visit.call("change_service_logo", body=_body(upload.content), version=version)
        except InvalidField as refusal:
            return self._page(visit, tenant, client, refusal, 422)
        return see_other(f"{self._home(visit, client)}?done=logo_changed")

    async def remove(self, request: Request) -> Response:
        visit, _, client = await self._enter(request)
        version = seen_version(await visit.form())
        await visit.call("remove_service_logo", version=version)
        return see_other(f"{self._home(visit, client)}?done=logo_removed")

    async def _enter(self, request: Request) -> tuple[Visit, TenantView, ClientView]:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_SERVICES)
        return visit, await tenant_of(visit), await client_of(visit, ClientKind.SERVICE)

    def _home(self, visit: Visit, client: ClientView) -> str:
        return visit.at("services", client.client_id)

    def _page(
        self,
        visit: Visit,
        tenant: TenantView,
        client: ClientView,
        refusal: InvalidField | None = None,
        status: int = 200,
    ) -> Response:
        return render_in(
            visit,
            tenant,
            "logo.html",
            status=status,
            **about(visit, client),
            detail=None if refusal is None else refusal.description,
            max_kib=MAX_KIB,
            max_side=MAX_SIDE,
        )


def _body(image: bytes) -> NewLogo:
    """Its bytes say what it is; what a browser says depends on the computer. Raises
    InvalidField."""
    if not image:
        raise InvalidField("logo", "no file was chosen")
    if len(image) > MAX_KIB * 1_024:
        raise InvalidField("logo", f"up to {MAX_KIB} KiB")
    media_type = media_type_of(image)
    if media_type is None:
        raise InvalidField("logo", "a PNG, JPEG or WebP image")
    fields = {"media_type": media_type, "image": base64.b64encode(image).decode("ascii")}
    logo: NewLogo = to_body(fields, NewLogo)
    return logo
