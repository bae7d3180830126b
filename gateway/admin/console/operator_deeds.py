"""Suspending, resuming and deleting an operator: each on a page that first says what it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.operators import OperatorView
from gateway.admin.console.operators import manage, operator_of, told_at
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Visit, seen_version
from gateway.errors import Conflict
from gateway.operators.model import OperatorState
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


@dataclass(frozen=True, slots=True)
class Deed:
    verb: str
    """Its page's and its endpoint's; `operator_{verb}_…` are its texts."""
    done: str
    states: frozenset[str]
    """Of those it can be done to."""
    stops: bool


_INVITED, _ACTIVE, _SUSPENDED = (
    OperatorState.INVITED.value,
    OperatorState.ACTIVE.value,
    OperatorState.SUSPENDED.value,
)
DEEDS = (
    Deed("resume", "operator_resumed", frozenset({_SUSPENDED}), stops=False),
    Deed("suspend", "operator_suspended", frozenset({_INVITED, _ACTIVE}), stops=True),
    Deed("delete", "operator_deleted", frozenset({_INVITED, _ACTIVE, _SUSPENDED}), stops=True),
)


def possible(subject: OperatorView) -> Sequence[Deed]:
    return [deed for deed in DEEDS if subject.state in deed.states]


class OperatorDeedPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for above in ("", "/tenants/{tenant_id}"):
            for deed in DEEDS:
                path = f"{above}/operators/{{operator_id}}/{deed.verb}"
                found += [
                    PageRoute(path, partial(self.ask, deed), methods=["GET"]),
                    PageRoute(path, partial(self.do, deed), methods=["POST"]),
                ]
        return found

    async def ask(self, deed: Deed, request: Request) -> Response:
        visit = await manage(self._desk, request)
        visit.need_presence()
        return await _page(visit, deed)

    async def do(self, deed: Deed, request: Request) -> Response:
        visit = await manage(self._desk, request)
        version = seen_version(await visit.form())
        try:
            await visit.call(f"{deed.verb}_{visit.whose}_operator", version=version)
        except Conflict as refusal:
            return await _page(visit, deed, refusal)
        home = visit.at("operators", request.path_params["operator_id"])
        return see_other(f"{home}?done={deed.done}")


async def _page(visit: Visit, deed: Deed, refusal: Conflict | None = None) -> Response:
    subject = await operator_of(visit)
    told = told_at(visit, refusal)
    return await render_for(visit, "operator_deed.html", subject=subject, deed=deed, **told)
