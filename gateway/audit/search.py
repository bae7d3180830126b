"""Finds log entries: by whom, about whom, from where, when; newest first, a page at a time."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.model import LogKind, Outcome
from gateway.audit.records import log_entries
from gateway.errors import InvalidField

MAX_LIMIT = 500
MAX_DAYS = 400
JAPAN = timedelta(hours=9)

_c = log_entries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Every field narrows what is found; None asks for nothing."""

    of_tenant: str | None
    """Whose log it is: no other field finds anything outside. None is the whole platform's, for
    platform operators alone; hence no default."""
    kinds: Collection[LogKind] = ()
    since: datetime | None = None
    until: datetime | None = None
    """Not itself in what is found."""
    actor: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    resident: str | None = None
    address: str | None = None
    request_id: str | None = None
    deed: str | None = None
    outcome: Outcome | None = None
    after_entry: int | None = None
    """The last line of the page before."""
    limit: int = 100


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry as it is read back. Kind and outcome are what stands there, known or not."""

    entry_id: int
    at: datetime
    kind: str
    deed: str
    outcome: str
    actor: str
    tenant_id: str | None
    client_id: str | None
    resident: str | None
    address: str | None
    request_id: str | None
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    lines: tuple[LogLine, ...]
    after_entry: int | None
    """Of the next page; None on the last."""


# Where the store keeps no statistics, it is told which index to walk: of what a query names, that
# which stands first here has the fewest entries.
_FEWEST_FIRST = ("request_id", "resident", "address", "actor", "client_id", "tenant_id")


async def search(connection: AsyncConnection, query: LogQuery) -> Page:
    """Raises InvalidField where the limit is out of bounds."""
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidField("limit", f"from 1 to {MAX_LIMIT}")
    rows = (await connection.execute(statement(query, connection.dialect.name))).all()
    lines = tuple(LogLine(*row) for row in rows[: query.limit])
    more = len(rows) > query.limit
    return Page(lines, lines[-1].entry_id if more else None)


def statement(query: LogQuery, dialect: str) -> sa.Select[Any]:
    """One line more than a page, to know whether there is another. The order is time's: every index
    ends with it, so that a page costs what is on it, however many entries are like these."""
    found = (
        sa.select(*(_c[name] for name in LogLine.__slots__))
        .where(*_equals(query, steered=dialect == "sqlite"), *_others(query))
        .order_by(_c.at.desc(), _c.entry_id.desc())
        .limit(query.limit + 1)
    )
    if query.after_entry is None:
        return found
    # An entry that is not there has nothing after it.
    at = sa.select(_c.at).where(_c.entry_id == query.after_entry).scalar_subquery()
    return found.where(sa.tuple_(_c.at, _c.entry_id) < sa.tuple_(at, query.after_entry))


def _equals(query: LogQuery, *, steered: bool) -> Iterator[sa.ColumnElement[bool]]:
    named = {name: getattr(query, name) for name in _FEWEST_FIRST}
    wanted = [(name, value) for name, value in named.items() if value is not None]
    if query.of_tenant is not None:
        wanted.append(("tenant_id", query.of_tenant))
    for number, (name, value) in enumerate(wanted):
        column: sa.ColumnElement[Any] = _c[name]
        # No index is on what is put together.
        yield (column.concat("") if steered and number else column) == value


def _others(query: LogQuery) -> Iterator[sa.ColumnElement[bool]]:
    if query.kinds:
        yield _c.kind.in_(sorted(query.kinds))
    if query.deed is not None:
        yield _c.deed == query.deed
    if query.outcome is not None:
        yield _c.outcome == query.outcome
    if query.since is not None:
        yield _c.at >= query.since
    if query.until is not None:
        yield _c.at < query.until


async def count_by_day(
    connection: AsyncConnection,
    *,
    tenant_id: str | None,
    deeds: Collection[str],
    since: datetime,
    until: datetime,
    utc_offset: timedelta = JAPAN,
) -> Mapping[date, Mapping[str, int]]:
    """How often each deed was done, for every day that a part of `since` to `until` is in. Raises
    InvalidField where they are too far apart. Without a tenant, the whole platform's."""
    days = list(_days(since, until, timezone(utc_offset)))
    if len(days) > MAX_DAYS:
        raise InvalidField("since", f"{MAX_DAYS} days at most")
    counts = {day: dict.fromkeys(deeds, 0) for day, _, _ in days}
    if not days or not deeds:
        return counts
    selects = [_count(tenant_id, deeds, *day) for day in days]
    for day, deed, count in await connection.execute(sa.union_all(*selects)):
        counts[date.fromisoformat(day)][deed] = count
    return counts


def _days(
    since: datetime, until: datetime, zone: timezone
) -> Iterator[tuple[date, datetime, datetime]]:
    """Each with its own part of the time between."""
    begin = since
    while begin < until:
        day = begin.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        yield day, begin, min(midnight, until)
        begin = midnight


def _count(
    tenant_id: str | None, deeds: Collection[str], day: date, since: datetime, until: datetime
) -> sa.Select[Any]:
    found = (
        sa.select(sa.literal(day.isoformat()), _c.deed, sa.func.count())
        .where(_c.at >= since, _c.at < until, _c.deed.in_(sorted(deeds)))
        .group_by(_c.deed)
    )
    return found if tenant_id is None else found.where(_c.tenant_id == tenant_id)
