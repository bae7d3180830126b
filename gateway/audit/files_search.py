"""Finds lines in the log files, newest first: looked for as bytes, decoded only where found."""

import heapq
import os
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec

from gateway.audit.files import FILE_KINDS, day_files
from gateway.audit.lines_from_end import lines_from_end
from gateway.audit.log_line import as_json, instant
from gateway.audit.model import LogKind
from gateway.audit.search import LogLine, LogQuery
from gateway.errors import InvalidField

_FIELDS = (
    "request_id",
    "resident",
    "client_id",
    "actor",
    "address",
    "tenant_id",
    "deed",
    "outcome",
)
"""What a query may ask of a line, the rarest first."""
_BEGINNING = b'{"at":"'
_AFTER_ALL, _BEFORE_ALL = b"9999-99-99", b"0000-00-00"
_AT = slice(len(_BEGINNING), len(_BEGINNING) + len("2026-11-21T08:00:00.000000Z"))
_OUT_OF_ORDER = timedelta(seconds=5)
_FAR = datetime.max.replace(tzinfo=UTC)
_DAY_ZERO = date(2020, 1, 1).toordinal()
_OFFSET_BITS = 39
"""A line's number is its day and its place in that day's file: below 2**53 until the year 2064."""


class _Row(msgspec.Struct, frozen=True):
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: str
    deed: str
    outcome: str
    actor: str
    tenant_id: str | None
    client_id: str | None
    resident: str | None
    address: str | None
    request_id: str | None
    detail: dict[str, str]


_decode = msgspec.json.Decoder(_Row).decode


class FileSearch:
    """To be iterated in a thread: it reads files, at most all of them, and keeps little of them in
    memory. OSError where one that is there cannot be read, InvalidField where a page is asked for
    by its last entry: the next one of files is asked for by time (`until`)."""

    def __init__(
        self, directory: Path, query: LogQuery, kinds: Collection[LogKind] = FILE_KINDS
    ) -> None:
        if query.after_entry is not None:
            raise InvalidField("after_entry", "the log files have pages by time")
        self._directory = directory
        self._query = query
        self._kinds = [kind for kind in kinds if not query.kinds or kind in query.kinds]
        asked = [(name, getattr(query, name)) for name in _FIELDS]
        asked.append(("tenant_id", query.of_tenant))
        self._wanted = [(name, value) for name, value in asked if value is not None]
        self._marks = [as_json({name: value})[1:-1] for name, value in self._wanted]
        self._rarest = self._marks[0] if self._marks else b""
        self._since = _bound(query.since, _BEFORE_ALL)
        self._until = _bound(query.until, _AFTER_ALL)
        self.unreadable = 0
        """Lines passed over, of those looked at so far: cut off by a full disk, or not ours."""

    def __iter__(self) -> Iterator[LogLine]:
        written = heapq.merge(*map(self._of_kind, self._kinds), key=_time_of, reverse=True)
        return islice(_newest_first(written), self._query.limit)

    def _of_kind(self, kind: LogKind) -> Iterator[LogLine]:
        first, last = self._since[:10].decode(), self._until[:10].decode()
        for day, path in reversed(list(day_files(self._directory, kind))):
            if first <= str(day) <= last:
                yield from self._of_day(day, path)

    def _of_day(self, day: date, path: Path) -> Iterator[LogLine]:
        number_of_first = day.toordinal() - _DAY_ZERO << _OFFSET_BITS
        with path.open("rb", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            for offset, line in lines_from_end(file.fileno(), end, self._rarest):
                if self._may_be_wanted(line) and (row := self._read(line)):
                    yield LogLine(number_of_first + offset, *msgspec.structs.astuple(row))

    def _may_be_wanted(self, line: bytes) -> bool:
        """Without decoding it; what is not of our form is left to whoever decodes."""
        if _is_ours(line) and not self._since <= line[_AT] < self._until:
            return False
        return all(mark in line for mark in self._marks)

    def _read(self, line: bytes) -> _Row | None:
        try:
            row = _decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            row = None
        if row is None or not _is_ours(line):
            self.unreadable += 1
            return None
        return row if all(getattr(row, name) == value for name, value in self._wanted) else None


def _newest_first(lines: Iterator[LogLine]) -> Iterator[LogLine]:
    """Workers write side by side, so that the one who was earlier may write later: a line waits
    until what is read is older by more than that can be."""
    waiting: list[tuple[timedelta, int, LogLine]] = []
    for number, line in enumerate(lines):
        heapq.heappush(waiting, (_FAR - line.at, number, line))
        while waiting[0][2].at - line.at > _OUT_OF_ORDER:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _is_ours(line: bytes) -> bool:
    """As far as its time, by which lines are told apart before they are decoded."""
    return line.startswith(_BEGINNING) and line[_AT].endswith(b"Z")


def _bound(at: datetime | None, otherwise: bytes) -> bytes:
    return otherwise if at is None else instant(at).encode()


def _time_of(line: LogLine) -> datetime:
    return line.at
