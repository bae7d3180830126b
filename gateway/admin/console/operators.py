"""The operators of the platform or of a tenant: who there is, and inviting one more."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.operators import Invitation, Invited, OperatorFilter, OperatorView
from gateway.admin.console.filters import asked_for, page_after
from gateway.admin.console.rights import ROLES, table_of
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Refusal, Visit, to_body
from gateway.errors import Conflict, InvalidField
from gateway.operators.model import OperatorState, Permission
from gateway.web.errors import PageRoute

STATES = tuple(OperatorState)
FIELDS = frozenset({"login_name", "name", "department", "role"})
_TOLD = {
    "nobody changes their own role": "operator_told_own_role",
    "another administrator has to do this": "operator_told_oneself",
    "the last active administrator stays": "operator_told_last",
    "the login name is taken": "operator_told_taken",
}
"""Conflicts of the room, by what they say; any other is of a state that changed meanwhile."""


class OperatorPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            found += [
                PageRoute(f"{above}/operators", self.show, methods=["GET"]),
                PageRoute(f"{above}/operators", self.invite, methods=["POST"]),
                PageRoute(f"{above}/operators/new", self.ask, methods=["GET"]),
            ]
        return found

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        asked = asked_for(request, OperatorFilter)
        found = (await visit.call(f"list_{visit.whose}_operators", query=asked)).value
        return await render_for(
            visit,
            "operators.html",
            operators=found.items,
            more=page_after(request, found.next),
            asked=asked,
            states=STATES,
        )

    async def ask(self, request: Request) -> Response:
        visit = await manage(self._desk, request)
        visit.need_presence()
        return await self._form(visit, {})

    async def invite(self, request: Request) -> Response:
        """The answer is the one page that ever shows the link."""
        visit = await self._desk.visit(request)
        form = await visit.form()
        try:
            called = await visit.call(
                f"invite_{visit.whose}_operator", body=to_body(form, Invitation)
            )
        except (InvalidField, Conflict) as refusal:
            return await self._form(visit, form, refusal)
        return await show_link(visit, called.value)

    async def _form(
        self, visit: Visit, form: Mapping[str, str], refusal: Refusal | None = None
    ) -> Response:
        return await render_for(
            visit,
            "operator_new.html",
            form=form,
            rights=table_of(visit.tenant_id),
            roles=ROLES,
            **told_at(visit, refusal, taken="login_name"),
        )


async def manage(desk: Desk, request: Request) -> Visit:
    """A visit of somebody who may manage the operators here. Raises NotAllowed or NoSuchThing."""
    visit = await desk.visit(request)
    await visit.need(Permission.MANAGE_OPERATORS)
    return visit


async def operator_of(visit: Visit) -> OperatorView:
    """Whom the page's address names. Raises NoSuchThing, also for another's operator."""
    found: OperatorView = (await visit.call(f"show_{visit.whose}_operator")).value
    return found


def is_oneself(visit: Visit, subject: OperatorView) -> bool:
    return visit.operator.operator_id == subject.operator_id


async def show_link(visit: Visit, invited: Invited) -> Response:
    return await render_for(visit, "operator_invited.html", invited=invited)


def told_at(
    visit: Visit, refusal: Refusal | None, *, taken: str | None = None
) -> Mapping[str, Any]:
    """For a form that is shown again: what is wrong, at which field or with all of it."""
    if refusal is None:
        return {"status": 200, "errors": {}, "told": None}
    if isinstance(refusal, InvalidField):
        field = refusal.field if refusal.field in FIELDS else "login_name"
        return {
            "status": 422,
            "errors": {field: visit.say(f"operator_error_{field}")},
            "told": None,
        }
    words = visit.say(_TOLD.get(refusal.description, "told_conflict"))
    if taken is not None and _TOLD.get(refusal.description) == "operator_told_taken":
        return {"status": 409, "errors": {taken: words}, "told": None}
    return {"status": 409, "errors": {}, "told": words}
