"""The pages of the allow-lists: the platform's, and each tenant's."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.networks import NewNetwork, Removal
from gateway.admin.console.visit import Desk, Refusal, Visit, problem_of, to_body
from gateway.errors import Conflict, InvalidField
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


class NetworkPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            found += [
                PageRoute(f"{above}/networks", self.show, methods=["GET"]),
                PageRoute(f"{above}/networks", self.add, methods=["POST"]),
                PageRoute(
                    f"{above}/networks/{{network_id}}/removal", self.remove, methods=["POST"]
                ),
            ]
        return found

    async def show(self, request: Request) -> Response:
        return await self._page(await self._desk.visit(request))

    async def add(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        form = await visit.form()
        try:
            await visit.call(f"add_{visit.whose}_network", body=to_body(form, NewNetwork))
        except (InvalidField, Conflict) as refusal:
            return await self._page(visit, form, refusal)
        return see_other(f"{visit.at('networks')}?done=network_added")

    async def remove(self, request: Request) -> Response:
        """The second press, on the page that warns, says `lock_me_out`."""
        visit = await self._desk.visit(request)
        form = await visit.form()
        removal = Removal(lock_me_out="lock_me_out" in form)
        try:
            await visit.call(f"remove_{visit.whose}_network", query=removal)
        except Conflict:
            return visit.render(
                "lock_out.html", status=409, network_id=request.path_params["network_id"]
            )
        return see_other(f"{visit.at('networks')}?done=network_removed")

    async def _page(
        self, visit: Visit, form: Mapping[str, str] | None = None, refusal: Refusal | None = None
    ) -> Response:
        found = await visit.call(f"list_{visit.whose}_networks")
        field, told = (None, None) if refusal is None else problem_of(refusal)
        return visit.render(
            "networks.html",
            status=200 if refusal is None else 422,
            networks=found.value,
            form=form or {},
            errors={} if field is None else {field: told},
            told=told if field is None else None,
            address=visit.caller.origin.address,
        )
