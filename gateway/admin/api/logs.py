"""Searching the six logs as one, and telling how far they are sealed."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.log_lines import Logs, find_lines
from gateway.admin.api.people import named
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.audit.model import LogKind, Outcome
from gateway.audit.origins import operator_actor
from gateway.audit.seal_status import SealStatus, seal_status
from gateway.audit.search import LogLine, LogQuery
from gateway.errors import InvalidField
from gateway.operators.model import Permission
from gateway.operators.names import operators_named

KindName = Literal["operation", "authentication", "event", "access", "communication", "error"]
OutcomeName = Literal["done", "refused", "failed"]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_OPERATOR = operator_actor("")


class LogFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: KindName | None = None
    since: Instant | None = None
    until: Instant | None = None
    """Not itself in what is found; the `next` of a page is the `until` of the one after it."""
    actor: Word | None = None
    tenant_id: Word | None = None
    client_id: Word | None = None
    resident: Word | None = None
    """A pseudonym, as a resident's page shows it."""
    address: Word | None = None
    request_id: Word | None = None
    deed: Word | None = None
    outcome: OutcomeName | None = None


class LogSearch(LogFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=400)] = 100
    """All lines of one instant come on one page: there may be a few more."""


class LogPage(msgspec.Struct, frozen=True):
    items: tuple[LogLine, ...]
    operators: Mapping[str, str]
    """Who is named in the lines, by ID."""
    next: datetime | None


def query_of(filter: LogFilter, of_tenant: str | None, limit: int = 100) -> LogQuery:
    """`of_tenant`: whose log it is, which no filter widens. Raises InvalidField."""
    for field, at in (("since", filter.since), ("until", filter.until)):
        if at is not None and not _FIRST <= at <= _LAST:
            raise InvalidField(field, "a time of this century or the next is needed")
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


def logs_of(call: Call) -> Logs:
    return Logs(call.house.records, call.house.log_files)


async def search_logs(call: Call) -> Answer:
    """Looking into the logs stands in the log too."""
    asked: LogSearch = call.query
    query = query_of(asked, call.tenant_id, asked.limit)
    lines, more = await find_lines(logs_of(call), query)
    async with call.house.records.reading() as connection:
        operators = await _names(connection, lines)
    given = msgspec.structs.asdict(asked)
    by = [name for name, value in given.items() if value is not None and name != "limit"]
    await call.house.audit.record(call.entry("log.searched", by=" ".join(by)))
    return Answer(LogPage(tuple(lines), operators, lines[-1].at if more else None))


async def show_seals(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return Answer(await seal_status(connection, call.tenant_id))


async def _names(connection: AsyncConnection, lines: Iterable[LogLine]) -> Mapping[str, str]:
    ids = {line.actor.removeprefix(_OPERATOR) for line in lines if line.actor.startswith(_OPERATOR)}
    ids |= {line.detail["operator"] for line in lines if "operator" in line.detail}
    found = await operators_named(connection, ids)
    return {operator_id: named(operator) for operator_id, operator in found.items()}


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
            refusals=(422,),
        ),
        Endpoint(
            name=f"show_{whose}_seals",
            method="GET",
            path=f"{above}/logs/seals",
            summary="How far the operation, authentication and event logs are sealed",
            permission=Permission.VIEW_LOGS,
            handle=show_seals,
            answer=SealStatus,
        ),
    )
