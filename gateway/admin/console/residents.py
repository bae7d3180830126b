"""The pages of residents: found without a name in any address, opened with a trace, shut out."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.residents import AttributesView, ResidentView, Search
from gateway.admin.console.visit import Desk, Visit, seen_version, to_body
from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.operators.model import Permission
from gateway.residents.search import MAX_FOUND
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_ONE = "/residents/{resident_id}"
_FIELDS = ("name", "birth_date", "common_id", "client_id", "local_id")


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator may do to a resident's state: each on a page of its own."""

    endpoint: str
    done: str
    """The word of `DONE` for it."""
    to: frozenset[str]
    """In which states it is offered."""
    stops: bool
    """Whether it keeps the resident out."""


CHANGES: Mapping[str, Change] = {
    "suspend": Change("suspend_resident", "resident_suspended", frozenset({"active"}), stops=True),
    "resume": Change("resume_resident", "resident_resumed", frozenset({"suspended"}), stops=False),
    "deceased": Change(
        "mark_deceased_resident",
        "resident_deceased",
        frozenset({"active", "suspended"}),
        stops=True,
    ),
    "undeceased": Change(
        "unmark_deceased_resident", "resident_undeceased", frozenset({"deceased"}), stops=False
    ),
}


class ResidentPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/residents", self.ask, methods=["GET"]),
            PageRoute("/residents", self.search, methods=["POST"]),
            PageRoute(_ONE, self.show, methods=["GET"]),
            PageRoute(f"{_ONE}/views", self.open, methods=["POST"]),
            PageRoute(f"{_ONE}/state/{{change}}", self.confirm, methods=["GET"]),
            PageRoute(f"{_ONE}/state/{{change}}", self.change, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.VIEW_RESIDENTS)
        return _search_page(visit, {})

    async def search(self, request: Request) -> Response:
        """The answer to the form itself: what was looked for stands in no address."""
        visit = await self._desk.visit(request)
        await visit.need(Permission.VIEW_RESIDENTS)
        form = await visit.form()
        fields = {name: form[name] for name in _FIELDS if name in form}
        try:
            found = await visit.call("search_residents", body=to_body(fields, Search))
        except InvalidField as refusal:
            return _search_page(visit, form, wrong=refusal.field)
        return _search_page(visit, form, found=found.value)

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        return _page(visit, await _resident(visit))

    async def open(self, request: Request) -> Response:
        """The look is logged by the endpoint; a page that is come back to is not opened again."""
        visit = await self._desk.visit(request)
        opened = (await visit.call("show_resident_attributes")).value
        return _page(visit, await _resident(visit), opened)

    async def confirm(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_RESIDENTS)
        resident = await _resident(visit)
        change = _change(request)
        if resident.state not in change.to:
            raise Conflict(f"the resident is {resident.state}")
        return _change_page(visit, resident, change)

    async def change(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.MANAGE_RESIDENTS)
        change = _change(request)
        version = seen_version(await visit.form())
        try:
            await visit.call(change.endpoint, version=version)
        except Conflict as refusal:
            return _change_page(visit, await _resident(visit), change, refusal)
        home = visit.at("residents", request.path_params["resident_id"])
        return see_other(f"{home}?done={change.done}")


async def _resident(visit: Visit) -> ResidentView:
    found: ResidentView = (await visit.call("show_resident")).value
    return found


def _change(request: Request) -> Change:
    found = CHANGES.get(request.path_params["change"])
    if found is None:
        raise NoSuchThing
    return found


def _search_page(
    visit: Visit,
    form: Mapping[str, str],
    *,
    found: tuple[ResidentView, ...] | None = None,
    wrong: str | None = None,
) -> Response:
    return visit.render(
        "residents.html",
        status=200 if wrong is None else 422,
        form=form,
        found=found,
        most=MAX_FOUND,
        wrong=wrong,
    )


def _page(visit: Visit, resident: ResidentView, opened: AttributesView | None = None) -> Response:
    left = resident.certificates or resident.links
    return visit.render(
        "resident.html",
        resident=resident,
        opened=opened,
        now=visit.now,
        changes=[word for word, change in CHANGES.items() if resident.state in change.to],
        destroyable=resident.state not in ("waiting", "deleted")
        or (resident.state == "deleted" and bool(left)),
    )


def _change_page(
    visit: Visit, resident: ResidentView, change: Change, refusal: Conflict | None = None
) -> Response:
    return visit.render(
        "resident_state.html",
        status=200 if refusal is None else 409,
        resident=resident,
        word=visit.request.path_params["change"],
        change=change,
        told=None if refusal is None else refusal.description,
    )
