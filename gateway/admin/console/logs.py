"""The pages of the logs: all six searched as one, and everything in a line searched for in turn."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.logs import LogPage, LogSearch
from gateway.admin.api.operators import OperatorFilter, OperatorView
from gateway.admin.console import log_words
from gateway.admin.console.log_filter import (
    BEFORE,
    earlier,
    fields_of,
    given_of,
    query_for,
    read_time,
)
from gateway.admin.console.tenant_context import render_for
from gateway.admin.console.visit import Desk, Visit, to_body
from gateway.audit.files import FILE_KINDS
from gateway.audit.seal_status import SealStatus
from gateway.errors import InvalidField
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute
from gateway.web.parameters import query_parameters

_LINES = 50
_MOST_OPERATORS = 100


class LogPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute(f"{above}/logs", self.search, methods=["GET"])
            for above in ("", "/tenants/{tenant_id}")
        ]

    async def search(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.need(Permission.VIEW_LOGS)
        parameters = query_parameters(request)
        given, before = given_of(parameters), parameters.get(BEFORE)
        try:
            page = await _find(visit, given, before)
        except InvalidField as refusal:
            return await _page(visit, given, before, None, refusal)
        return await _page(visit, given, before, page, None)


async def _find(visit: Visit, given: Mapping[str, str], before: str | None) -> LogPage:
    fields = {**fields_of(given), "limit": _LINES}
    if before is not None:
        fields["until"] = earlier(fields.get("until"), read_time(BEFORE, before))
    page: LogPage = (
        await visit.call(f"search_{visit.whose}_logs", query=to_body(fields, LogSearch))
    ).value
    return page


async def _page(
    visit: Visit,
    given: Mapping[str, str],
    before: str | None,
    page: LogPage | None,
    refusal: InvalidField | None,
) -> Response:
    seals: SealStatus = (await visit.call(f"show_{visit.whose}_seals")).value
    following = None if page is None or page.next is None else query_for(given, page.next)
    return await render_for(
        visit,
        "logs.html",
        status=200 if refusal is None else 422,
        given=given,
        page=page,
        later=before is not None,
        following=following,
        exported=query_for(given),
        seals=seals,
        operators=await _operators(visit),
        deeds=log_words.DEEDS,
        words=log_words,
        in_files=frozenset(FILE_KINDS),
        errors={} if refusal is None else {refusal.field: _told(visit, refusal.field)},
    )


async def _operators(visit: Visit) -> tuple[OperatorView, ...]:
    """To be chosen from by name."""
    if not visit.may(Permission.VIEW_OPERATORS):
        return ()
    asked = OperatorFilter(limit=_MOST_OPERATORS)
    found: Any = (await visit.call(f"list_{visit.whose}_operators", query=asked)).value
    items: tuple[OperatorView, ...] = found.items
    return items


def _told(visit: Visit, field: str) -> str:
    return visit.say("log_error_time" if field in ("since", "until", BEFORE) else "log_error_field")
