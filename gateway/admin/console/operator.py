"""One operator: who it is, changing that, and a new link."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.operators import OperatorEdit, OperatorView
from gateway.admin.console.operator_deeds import possible
from gateway.admin.console.operators import (
    is_oneself,
    manage,
    operator_of,
    show_link,
    told_at,
)
from gateway.admin.console.rights import ROLES, rights_of, table_of
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Refusal, Visit, seen_version, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import OperatorState, Role
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_WELCOME = (OperatorState.INVITED, OperatorState.ACTIVE)


class OneOperatorPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            one = f"{above}/operators/{{operator_id}}"
            found += [
                PageRoute(one, self.show, methods=["GET"]),
                PageRoute(f"{one}/change", self.ask_change, methods=["GET"]),
                PageRoute(f"{one}/change", self.change, methods=["POST"]),
                PageRoute(f"{one}/invitation", self.ask_link, methods=["GET"]),
                PageRoute(f"{one}/invitation", self.link, methods=["POST"]),
            ]
        return found

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        subject = await operator_of(visit)
        oneself = is_oneself(visit, subject)
        return await render_for(
            visit,
            "operator.html",
            subject=subject,
            oneself=oneself,
            rights=rights_of(Role(subject.role), subject.tenant_id),
            may_be_changed=subject.state != OperatorState.DELETED,
            may_be_invited=subject.state in _WELCOME and not oneself,
            deeds=() if oneself else possible(subject),
        )

    async def ask_change(self, request: Request) -> Response:
        visit = await manage(self._desk, request)
        visit.need_presence()
        subject = await operator_of(visit)
        form = {"name": subject.name, "department": subject.department, "role": subject.role}
        return await self._form(visit, subject, form, subject.version)

    async def change(self, request: Request) -> Response:
        visit = await manage(self._desk, request)
        form = await visit.form()
        version = seen_version(form)
        # What was emptied is not what was left out.
        fields = {"name": form.get("name", ""), "department": form.get("department", "")}
        if "role" in form:
            fields["role"] = form["role"]
        try:
            body = to_body(fields, OperatorEdit)
            await visit.call(f"change_{visit.whose}_operator", body=body, version=version)
        except (InvalidField, Conflict) as refusal:
            return await self._form(visit, await operator_of(visit), form, version, refusal)
        return see_other(f"{_home(visit)}?done=operator_changed")

    async def ask_link(self, request: Request) -> Response:
        visit = await manage(self._desk, request)
        visit.need_presence()
        return await self._link_page(visit)

    async def link(self, request: Request) -> Response:
        """The answer is the one page that ever shows the link."""
        visit = await manage(self._desk, request)
        try:
            called = await visit.call(f"invite_{visit.whose}_operator_again")
        except Conflict as refusal:
            return await self._link_page(visit, refusal)
        return await show_link(visit, called.value)

    async def _link_page(self, visit: Visit, refusal: Conflict | None = None) -> Response:
        hours = self._desk.house.settings.admin.invitation_hours
        told = told_at(visit, refusal)
        subject = await operator_of(visit)
        return await render_for(visit, "operator_link.html", subject=subject, hours=hours, **told)

    async def _form(
        self,
        visit: Visit,
        subject: OperatorView,
        form: Mapping[str, str],
        version: int,
        refusal: Refusal | None = None,
    ) -> Response:
        return await render_for(
            visit,
            "operator_change.html",
            subject=subject,
            oneself=is_oneself(visit, subject),
            form=form,
            version=version,
            rights=table_of(subject.tenant_id),
            roles=ROLES,
            **told_at(visit, refusal),
        )


def _home(visit: Visit) -> str:
    return visit.at("operators", visit.request.path_params["operator_id"])
