"""Searching the log: every filter narrows, no filter leaves the tenant, every page follows."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.search import LogLine, LogQuery, Page, count_by_day, search
from gateway.errors import InvalidField
from tests.audit.conftest import Book
from tests.support.gateway import NOW

MINUTE = timedelta(minutes=1)
EVERYTHING = LogQuery(of_tenant=None)

ENTRIES = (
    Entry(
        NOW,
        LogKind.AUTHENTICATION,
        "resident.signed_in",
        Outcome.DONE,
        Origin("resident", "192.0.2.1", "r1"),
        "hanasaki",
        "library",
        "pseudonym-1",
        {"acr": "card"},
    ),
    Entry(
        NOW + MINUTE,
        LogKind.OPERATION,
        "service.changed",
        Outcome.REFUSED,
        Origin("operator:o1", "2001:db8::1", "r2"),
        "hanasaki",
        "pool",
        detail={"fields": "scope"},
    ),
    Entry(
        NOW + 2 * MINUTE,
        LogKind.AUTHENTICATION,
        "resident.signed_in",
        Outcome.DONE,
        Origin("resident", "192.0.2.1", "r3"),
        "momiji",
        "health",
        "pseudonym-1",
    ),
    Entry(NOW + 3 * MINUTE, LogKind.EVENT, "gateway.started", Outcome.DONE, Origin("gateway")),
)


@pytest.fixture
async def written(book: Book) -> Book:
    for entry in ENTRIES:
        await book.audit.record(entry)
    return book


async def look(book: Book, query: LogQuery) -> Page:
    async with book.records.reading() as connection:
        return await search(connection, query)


async def found(book: Book, query: LogQuery) -> list[int]:
    return [line.entry_id for line in (await look(book, query)).lines]


@pytest.mark.anyio
async def test_an_entry_is_read_back_as_it_was_written_newest_first(written: Book) -> None:
    page = await look(written, EVERYTHING)
    assert [line.entry_id for line in page.lines] == [4, 3, 2, 1]
    assert page.lines[3] == LogLine(
        1,
        NOW,
        "authentication",
        "resident.signed_in",
        "done",
        "resident",
        "hanasaki",
        "library",
        "pseudonym-1",
        "192.0.2.1",
        "r1",
        {"acr": "card"},
    )
    assert page.after_entry is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "entries"),
    [
        (replace(EVERYTHING, kinds=(LogKind.OPERATION,)), [2]),
        (replace(EVERYTHING, kinds={LogKind.OPERATION, LogKind.EVENT}), [4, 2]),
        (replace(EVERYTHING, since=NOW + MINUTE), [4, 3, 2]),
        (replace(EVERYTHING, until=NOW + MINUTE), [1]),
        (replace(EVERYTHING, since=NOW + MINUTE, until=NOW + 3 * MINUTE), [3, 2]),
        (replace(EVERYTHING, actor="operator:o1"), [2]),
        (replace(EVERYTHING, tenant_id="hanasaki"), [2, 1]),
        (replace(EVERYTHING, client_id="health"), [3]),
        (replace(EVERYTHING, resident="pseudonym-1"), [3, 1]),
        (replace(EVERYTHING, address="192.0.2.1"), [3, 1]),
        (replace(EVERYTHING, request_id="r2"), [2]),
        (replace(EVERYTHING, deed="resident.signed_in"), [3, 1]),
        (replace(EVERYTHING, outcome=Outcome.REFUSED), [2]),
        (replace(EVERYTHING, resident="pseudonym-1", tenant_id="momiji"), [3]),
        (replace(EVERYTHING, address="192.0.2.1", actor="gateway"), []),
        (replace(EVERYTHING, actor="operator:%"), []),
        (replace(EVERYTHING, actor=""), []),
    ],
    ids=str,
)
async def test_every_filter_narrows(written: Book, query: LogQuery, entries: list[int]) -> None:
    assert await found(written, query) == entries


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "entries"),
    [
        (LogQuery(of_tenant="hanasaki"), [2, 1]),
        (LogQuery(of_tenant="hanasaki", tenant_id="momiji"), []),
        (LogQuery(of_tenant="hanasaki", tenant_id="hanasaki"), [2, 1]),
        (LogQuery(of_tenant="hanasaki", resident="pseudonym-1"), [1]),
        (LogQuery(of_tenant="hanasaki", client_id="health"), []),
        (LogQuery(of_tenant="hanasaki", address="192.0.2.1"), [1]),
        (LogQuery(of_tenant="hanasaki", actor="gateway"), []),
        (LogQuery(of_tenant="hanasaki", request_id="r3"), []),
        (LogQuery(of_tenant="hanasaki", kinds=tuple(LogKind)), [2, 1]),
        (LogQuery(of_tenant="hanasaki", after_entry=4), [2, 1]),
        (LogQuery(of_tenant="hanasaki", since=NOW - MINUTE, until=NOW + 9 * MINUTE), [2, 1]),
        (LogQuery(of_tenant=""), []),
    ],
    ids=str,
)
async def test_nothing_is_found_outside_the_tenant(
    written: Book, query: LogQuery, entries: list[int]
) -> None:
    assert await found(written, query) == entries


def test_whose_log_it_is_has_no_default() -> None:
    with pytest.raises(TypeError, match="of_tenant"):
        LogQuery()  # type: ignore[call-arg]


@pytest.mark.anyio
@pytest.mark.parametrize("limit", [1, 3, 4, 7])
async def test_pages_follow_one_another_also_within_one_moment(book: Book, limit: int) -> None:
    """Times that are equal, and times out of the numbers' order."""
    for minute in (0, 2, 2, 2, 1, 1, 3):
        await book.audit.record(replace(ENTRIES[0], at=NOW + minute * MINUTE))
    seen: list[int] = []
    after: int | None = None
    while True:
        page = await look(book, LogQuery(of_tenant="hanasaki", after_entry=after, limit=limit))
        assert len(page.lines) <= limit
        seen += [line.entry_id for line in page.lines]
        if (after := page.after_entry) is None:
            break
    assert seen == [7, 4, 3, 2, 6, 5, 1]


@pytest.mark.anyio
async def test_an_entry_that_is_not_there_has_no_next_page(written: Book) -> None:
    assert await found(written, replace(EVERYTHING, after_entry=99)) == []


@pytest.mark.anyio
@pytest.mark.parametrize("limit", [-1, 0, 501])
async def test_a_limit_out_of_bounds_is_refused(written: Book, limit: int) -> None:
    with pytest.raises(InvalidField, match="limit: from 1 to 500"):
        await look(written, replace(EVERYTHING, limit=limit))
    assert len(await found(written, replace(EVERYTHING, limit=500))) == 4


def japan(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


async def count(
    book: Book, tenant_id: str | None, deeds: Collection[str], since: datetime, until: datetime
) -> dict[date, dict[str, int]]:
    async with book.records.reading() as connection:
        counts = await count_by_day(
            connection, tenant_id=tenant_id, deeds=deeds, since=since, until=until
        )
    return {day: dict(by_deed) for day, by_deed in counts.items()}


@pytest.mark.anyio
async def test_days_begin_at_midnight_in_japan_and_none_is_left_out(book: Book) -> None:
    signed_in, changed = ENTRIES[0], ENTRIES[1]
    for entry, at in (
        (signed_in, japan(20, 23, 59)),
        (signed_in, japan(21, 0)),
        (signed_in, japan(21, 23, 59)),
        (changed, japan(21, 12)),
        (signed_in, japan(23, 9)),
        (ENTRIES[2], japan(21, 12)),
    ):
        await book.audit.record(replace(entry, at=at))
    deeds = ("resident.signed_in", "service.changed")
    within = (japan(21, 0), japan(23, 9))
    nothing = {"resident.signed_in": 0, "service.changed": 0}
    assert await count(book, "hanasaki", deeds, *within) == {
        date(2026, 11, 21): {"resident.signed_in": 2, "service.changed": 1},
        date(2026, 11, 22): nothing,
        date(2026, 11, 23): nothing,
    }
    everywhere = await count(book, None, deeds, *within)
    assert everywhere[date(2026, 11, 21)] == {"resident.signed_in": 3, "service.changed": 1}
    assert await count(book, "nobody", deeds[:1], japan(21, 0), japan(21, 1)) == {
        date(2026, 11, 21): {"resident.signed_in": 0}
    }


@pytest.mark.anyio
async def test_a_chart_has_an_end(written: Book) -> None:
    long = timedelta(days=400)
    assert len(await count(written, None, ("x",), japan(1, 0), japan(1, 0) + long)) == 400
    with pytest.raises(InvalidField, match="since: 400 days at most"):
        await count(written, None, ("x",), japan(1, 0), japan(1, 0) + long + MINUTE)
    assert await count(written, None, ("x",), japan(2, 0), japan(1, 0)) == {}
    assert await count(written, None, (), japan(1, 0), japan(2, 0)) == {date(2026, 11, 1): {}}
