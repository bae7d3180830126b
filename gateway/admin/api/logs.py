"""Searching the six logs, and taking lines out of them with a second person's approval."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from starlette.responses import StreamingResponse

from gateway.admin.api.deed_view import DeedView
from gateway.admin.api.deed_view import view as view_deed
from gateway.admin.api.log_lines import all_lines, find_lines
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.audit.csv_export import csv_lines
from gateway.audit.model import LogKind, Outcome
from gateway.audit.search import LogLine, LogQuery
from gateway.errors import Conflict, NoSuchThing
from gateway.operators.deeds import DeedKind, DeedState, TwoPersonDeed
from gateway.operators.model import Permission
from gateway.operators.two_person import ask, find_deed

KindName = Literal["operation", "authentication", "event", "access", "communication", "error"]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Text = Annotated[str, msgspec.Meta(max_length=400)]


class LogFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: KindName | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not itself in what is found; the `next` of a page is the `until` of the one after it."""
    actor: Word | None = None
    tenant_id: Word | None = None
    client_id: Word | None = None
    resident: Word | None = None
    """A pseudonym, as a resident's page shows it."""
    address: Word | None = None
    request_id: Word | None = None
    deed: Word | None = None
    outcome: Literal["done", "refused", "failed"] | None = None


class LogSearch(LogFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    filter: LogFilter
    document_number: Annotated[str, msgspec.Meta(max_length=100)]
    reason: Text


class LogPage(msgspec.Struct, frozen=True):
    items: tuple[LogLine, ...]
    next: datetime | None


def query_of(filter: LogFilter, of_tenant: str | None, limit: int = 100) -> LogQuery:
    """`of_tenant`: whose log it is, which no filter widens."""
    return LogQuery(
        of_tenant=of_tenant,
        kinds=() if filter.kind is None else (LogKind(filter.kind),),
        since=filter.since,
        until=filter.until,
        actor=filter.actor,
        tenant_id=filter.tenant_id,
        client_id=filter.client_id,
        resident=filter.resident,
        address=filter.address,
        request_id=filter.request_id,
        deed=filter.deed,
        outcome=None if filter.outcome is None else Outcome(filter.outcome),
        limit=limit,
    )


async def search_logs(call: Call) -> Answer:
    """Looking into the logs stands in the log too."""
    asked: LogSearch = call.query
    query = query_of(asked, call.tenant_id, asked.limit)
    lines = await find_lines(call.house, query)
    given = msgspec.structs.asdict(asked)
    by = [name for name, value in given.items() if value is not None and name != "limit"]
    await call.house.audit.record(call.entry("log.searched", by=" ".join(by)))
    full = len(lines) == asked.limit
    return Answer(LogPage(tuple(lines), lines[-1].at if full else None))


async def ask_export(call: Call) -> Answer:
    """What there is up to now; nothing leaves before a second person has approved."""
    asked: ExportRequest = call.body
    wanted = msgspec.structs.replace(asked.filter, until=asked.filter.until or call.now)
    async with call.house.records.writing() as connection:
        deed = await ask(
            connection,
            DeedKind.EXPORT,
            call.tenant_id,
            msgspec.to_builtins(wanted),
            asked.document_number,
            asked.reason,
            call.operator,
            timedelta(days=call.house.settings.admin.approval_days),
            call.now,
        )
        entry = call.entry("export.asked", deed=deed.deed_id, document=deed.document_number)
        await call.house.audit.write(connection, entry)
        return Answer(await view_deed(connection, call, deed))


async def download_export(call: Call) -> Answer:
    """By whoever asked, once it is approved and as long as an approval lasts."""
    async with call.house.records.writing() as connection:
        deed = await find_deed(connection, call.path["deed_id"], call.now)
        if deed is None or not _is_own(call, deed):
            raise NoSuchThing
        if deed.state is not DeedState.APPROVED or call.now >= deed.expires_at:
            raise Conflict("this export is not approved, or its time is over")
        entry = call.entry("export.downloaded", tenant_id=deed.tenant_id, deed=deed.deed_id)
        await call.house.audit.write(connection, entry)
    query = query_of(msgspec.convert(deed.subject, LogFilter), deed.tenant_id)
    headers = {
        "Content-Disposition": f'attachment; filename="genkan-log-{deed.deed_id}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(StreamingResponse(_csv(call, query), headers=headers, media_type="text/csv"))


def _is_own(call: Call, deed: TwoPersonDeed) -> bool:
    own = deed.asked_by == call.operator.operator_id and deed.tenant_id == call.tenant_id
    return own and deed.kind is DeedKind.EXPORT


async def _csv(call: Call, query: LogQuery) -> AsyncIterator[str]:
    yield next(csv_lines(()))
    async for lines in all_lines(call.house, query):
        rows = csv_lines(lines)
        next(rows)  # the header stands there already
        yield "".join(rows)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"search_{whose}_logs",
            method="GET",
            path=f"{above}/logs",
            summary="All six logs as one, newest first",
            permission=Permission.VIEW_LOGS,
            handle=search_logs,
            query=LogSearch,
            answer=LogPage,
        ),
        Endpoint(
            name=f"ask_{whose}_export",
            method="POST",
            path=f"{above}/exports",
            summary="Ask for lines as CSV; a second person has to approve",
            permission=Permission.ASK_EXPORT,
            handle=ask_export,
            body=ExportRequest,
            answer=DeedView,
            status=201,
            refusals=(409,),
        ),
        Endpoint(
            name=f"download_{whose}_export",
            method="GET",
            path=f"{above}/exports/{{deed_id}}",
            summary="The approved lines as CSV, for whoever asked",
            permission=Permission.ASK_EXPORT,
            handle=download_export,
            refusals=(409,),
        ),
    )
