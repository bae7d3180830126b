"""Taking lines out of the logs as CSV: asked for, approved by a second person, downloaded."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Annotated

import msgspec
from starlette.responses import StreamingResponse

from gateway.admin.api.deed_view import DeedView, view, views
from gateway.admin.api.log_lines import all_lines
from gateway.admin.api.logs import LogFilter, logs_of, query_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.audit.csv_export import csv_lines
from gateway.audit.search import LogQuery
from gateway.errors import Conflict, NoSuchThing
from gateway.operators.deeds import DeedKind, DeedState, TwoPersonDeed
from gateway.operators.model import Permission
from gateway.operators.two_person import ask, find_deed, list_deeds

_MOST_SHOWN = 50


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    filter: LogFilter
    document_number: Annotated[str, msgspec.Meta(max_length=100)]
    reason: Annotated[str, msgspec.Meta(max_length=400)]


async def list_exports(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        deeds = await list_deeds(
            connection,
            call.tenant_id,
            call.now,
            kind=DeedKind.EXPORT,
            asked_by=call.operator.operator_id,
            limit=_MOST_SHOWN,
        )
        return Answer(await views(connection, call, deeds))


async def ask_export(call: Call) -> Answer:
    """What there is up to now; nothing leaves before a second person has approved."""
    asked: ExportRequest = call.body
    query_of(asked.filter, call.tenant_id)
    until = min(asked.filter.until or call.now, call.now)
    wanted = msgspec.structs.replace(asked.filter, until=until)
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
        return Answer(await view(connection, call, deed))


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


async def _csv(call: Call, query: LogQuery) -> AsyncGenerator[str, None]:
    yield next(csv_lines(()))
    async for lines in all_lines(logs_of(call), query):
        rows = csv_lines(lines)
        next(rows)  # the header stands there already
        yield "".join(rows)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"list_{whose}_exports",
            method="GET",
            path=f"{above}/exports",
            summary=f"One's own last {_MOST_SHOWN} exports, the latest first",
            permission=Permission.ASK_EXPORT,
            handle=list_exports,
            answer=tuple[DeedView, ...],
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
            media_types=("text/csv",),
            refusals=(409,),
        ),
    )
