"""Lines of the log files are found whatever stands between them, newest first, a page at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.files import LogFiles
from gateway.audit.files_search import FileSearch
from gateway.audit.lines_from_end import BLOCK_BYTES, lines_from_end
from gateway.audit.log_line import LONGEST_LINE
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.search import LogLine, LogQuery
from gateway.errors import InvalidField

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
QUERY = LogQuery(of_tenant=None)


def entry(number: int, at: datetime = NOW, **fields: Any) -> Entry:
    origin = Origin(
        fields.pop("actor", "unknown"),
        fields.pop("address", "2001:db8::1"),
        fields.pop("request_id", f"{number:016x}"),
    )
    given = {"kind": LogKind.ACCESS, "deed": "request.answered", "outcome": Outcome.DONE, **fields}
    return Entry(at=at, origin=origin, detail={"number": str(number)}, **given)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LogFiles]:
    files = LogFiles(tmp_path)
    yield files
    files.close()


def numbers(lines: Iterator[LogLine]) -> list[int]:
    return [int(line.detail["number"]) for line in lines]


def found(directory: Path, **asked: Any) -> list[int]:
    return numbers(iter(FileSearch(directory, replace(QUERY, **asked))))


def test_a_line_is_read_back_as_it_was_written(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry(7, tenant_id="tottori", client_id="shop", resident="p"))
    (line,) = FileSearch(tmp_path, QUERY)
    assert (line.at, line.kind, line.deed, line.outcome) == (
        NOW,
        "access",
        "request.answered",
        "done",
    )
    assert (line.actor, line.address, line.request_id) == ("unknown", "2001:db8::1", f"{7:016x}")
    assert (line.tenant_id, line.client_id, line.resident) == ("tottori", "shop", "p")
    assert line.detail == {"number": "7"}


def test_the_newest_comes_first_over_days_and_kinds(files: LogFiles, tmp_path: Path) -> None:
    for number in range(12):
        kind = LogKind.ERROR if number % 3 == 0 else LogKind.ACCESS
        files.write(entry(number, NOW + number * DAY / 4, kind=kind))
    assert found(tmp_path) == list(reversed(range(12)))
    assert found(tmp_path, limit=5) == [11, 10, 9, 8, 7]
    assert found(tmp_path, kinds=[LogKind.ERROR]) == [9, 6, 3, 0]
    assert found(tmp_path, kinds=[LogKind.COMMUNICATION]) == []
    assert found(tmp_path, kinds=[LogKind.OPERATION]) == [], "that one lies in the table"


FIELDS: dict[str, Any] = {
    "actor": "operator:1",
    "tenant_id": "tottori",
    "client_id": "shop",
    "resident": "pseudonym",
    "address": "192.0.2.7",
    "request_id": "feedfeedfeedfeed",
    "deed": "failure.reported",
    "outcome": Outcome.FAILED,
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_query_finds_what_it_asks_for_and_nothing_else(
    files: LogFiles, tmp_path: Path, name: str
) -> None:
    files.write(entry(1))
    files.write(entry(2, **{name: FIELDS[name]}))
    files.write(entry(3, NOW - DAY, **FIELDS))
    assert found(tmp_path, **{name: FIELDS[name]}) == [2, 3]
    assert found(tmp_path, **FIELDS) == [3]
    assert found(tmp_path, **{name: "somebody-else"}) == []


def test_a_value_is_found_in_its_own_field_only(files: LogFiles, tmp_path: Path) -> None:
    """Text that looks like the field, within a detail, does not make a line another's."""
    files.write(replace(entry(1), detail={"number": "1", "resident": "p"}))
    files.write(replace(entry(2), detail={"number": "2", "text": '"resident":"p"'}))
    files.write(entry(3, resident="pp"))
    files.write(entry(4, resident="p"))
    assert found(tmp_path, resident="p") == [4]


@pytest.mark.parametrize("odd", ['a"b\\c', "鳥取", "\u202e\x7f\n", "%", ""])
def test_a_value_of_any_letters_is_found(files: LogFiles, tmp_path: Path, odd: str) -> None:
    files.write(entry(1, client_id=odd))
    files.write(entry(2, client_id="other"))
    assert found(tmp_path, client_id=odd) == [1]


def test_a_tenants_query_finds_nothing_of_another(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry(1))
    files.write(entry(2, tenant_id="tottori"))
    files.write(entry(3, tenant_id="yonago"))
    assert found(tmp_path, of_tenant="tottori") == [2]
    assert found(tmp_path, of_tenant="tottori", tenant_id="yonago") == []
    assert found(tmp_path) == [3, 2, 1]


def test_times_bound_what_is_found(files: LogFiles, tmp_path: Path) -> None:
    for number in range(4):
        files.write(entry(number, NOW + number * DAY))
    micro = timedelta(microseconds=1)
    assert found(tmp_path, since=NOW + DAY) == [3, 2, 1]
    assert found(tmp_path, since=NOW + DAY + micro) == [3, 2]
    assert found(tmp_path, until=NOW + DAY) == [0]
    assert found(tmp_path, until=NOW + DAY + micro) == [1, 0]
    assert found(tmp_path, since=NOW + DAY, until=NOW + 2 * DAY) == [1]


def test_a_line_out_of_order_is_found_all_the_same(files: LogFiles, tmp_path: Path) -> None:
    """The clock was set back for a while: reading does not stop at the first older line."""
    for number, hours in enumerate((1, 2, -5, 3)):
        files.write(entry(number, NOW + timedelta(hours=hours)))
    assert found(tmp_path, since=NOW) == [3, 1, 0]


def test_lines_of_workers_side_by_side_come_in_the_order_of_time(
    files: LogFiles, tmp_path: Path
) -> None:
    """Else the next page, which is asked for by time, would leave out the later one."""
    order = [0, 2, 1, 4, 3, 9, 8, 7, 6, 5]
    for number in order:
        files.write(entry(number, NOW + timedelta(milliseconds=100 * number)))
        files.write(entry(number, NOW + number * DAY, kind=LogKind.ERROR))
    assert found(tmp_path, kinds=[LogKind.ACCESS]) == sorted(order, reverse=True)
    seen: list[int] = []
    until = NOW + DAY
    while lines := list(
        FileSearch(tmp_path, replace(QUERY, until=until, limit=3, kinds=[LogKind.ACCESS]))
    ):
        seen += numbers(iter(lines))
        until = lines[-1].at
    assert seen == sorted(order, reverse=True)


def test_every_line_has_a_number_of_its_own_that_a_browser_can_hold(
    files: LogFiles, tmp_path: Path
) -> None:
    for number in range(10):
        files.write(entry(number, NOW + (number // 4) * DAY))
    given = [line.entry_id for line in FileSearch(tmp_path, QUERY)]
    assert given == sorted(set(given), reverse=True)
    assert given[0] < 1 << 53


def test_a_page_by_the_last_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match="after_entry"):
        FileSearch(tmp_path, replace(QUERY, after_entry=5))
    assert list(FileSearch(tmp_path, QUERY)) == []


def test_lines_that_cannot_be_read_are_passed_over_and_counted(
    files: LogFiles, tmp_path: Path
) -> None:
    files.write(entry(1))
    files.close()
    (path,) = tmp_path.glob("access/*.jsonl")
    whole = path.read_bytes()
    local = whole.strip().replace(b".000000Z", b".000000+09:00")
    no_zone = whole.strip().replace(b".000000Z", b".000000")
    odd = [b"", whole[:50], b"\xff\xfe", b"[]", b'{"at":"yesterday"}', b"\x00" * 5_000, b"null"]
    odd += [local, no_zone]
    path.write_bytes(b"\n".join([whole.strip(), *odd, whole.strip(), b'{"at":"2026-11-2']))
    search = FileSearch(tmp_path, QUERY)
    assert numbers(iter(search)) == [1, 1]
    assert search.unreadable == 9


def test_where_nothing_was_written_nothing_is_found(tmp_path: Path) -> None:
    assert found(tmp_path / "absent") == []


@given(
    st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=40),
    st.sampled_from([b"", b"\n"]),
    st.integers(61, 120),
)
def test_lines_come_from_the_end_whatever_the_blocks(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], end: bytes, size: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(b"\n".join(lines) + end)
    content = path.read_bytes()
    with path.open("rb") as file:
        every = list(lines_from_end(file.fileno(), len(content), b"", size))
        with_a = list(lines_from_end(file.fileno(), len(content), b"a", size))
    assert [line for _, line in every] == [line for line in reversed(lines) if line]
    assert all(content[place : place + len(line)] == line for place, line in every)
    assert with_a == [(place, line) for place, line in every if b"a" in line]


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first\n" + b"x" * (5 << 20) + b"\nlast\n")
    with path.open("rb") as file:
        lines = list(lines_from_end(file.fileno(), path.stat().st_size, b""))
    assert [line for _, line in (lines[0], lines[-1])] == [b"last", b"first"]
    assert sum(len(line) for _, line in lines) < 2 * BLOCK_BYTES
    assert LONGEST_LINE < BLOCK_BYTES
