"""Finds lines in the log files, newest first: looked for as bytes, decoded only where found."""

import heapq
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path

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
_DAY_ZERO = date(2020, 1, 1).toordinal()
_OFFSET_BITS = 39
"""A line's number is its day and its place in that day's file: below 2**53 until the year 2064."""


class _Row(msgspec.Struct, frozen=True):
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
    detail: dict[str, str]


_decode = msgspec.json.Decoder(_Row).decode


def search_files(directory: Path, query: LogQuery) -> "FileSearch":
    """Raises InvalidField. Pages (`after_entry`) are of one kind: a place in its files."""
    if query.limit < 1:
        raise InvalidField("limit", "1 at least")
    kinds = tuple(kind for kind in FILE_KINDS if not query.kinds or kind in query.kinds)
    if query.after_entry is not None and len(kinds) > 1:
        raise InvalidField("after_entry", "pages of the log files are of one kind")
    return FileSearch(directory, query, kinds)


class FileSearch:
    """To be iterated in a thread: it reads files, at most all of them. OSError where one that
    is there cannot be read."""

    def __init__(self, directory: Path, query: LogQuery, kinds: Sequence[LogKind]) -> None:
        self._directory = directory
        self._query = query
        self._kinds = kinds
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
        """Of several kinds the newer line first; of one kind the one written later."""
        found = heapq.merge(*map(self._of_kind, self._kinds), key=_time_of, reverse=True)
        return islice(found, self._query.limit)

    def _of_kind(self, kind: LogKind) -> Iterator[LogLine]:
        first, last = self._since[:10].decode(), self._until[:10].decode()
        for day, path in reversed(list(day_files(self._directory, kind))):
            if first <= str(day) <= last:
                yield from self._of_day(day, path)

    def _of_day(self, day: date, path: Path) -> Iterator[LogLine]:
        number_of_first = day.toordinal() - _DAY_ZERO << _OFFSET_BITS
        with path.open("rb", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            if self._query.after_entry is not None:
                end = min(end, self._query.after_entry - number_of_first)
            for offset, line in lines_from_end(file.fileno(), end, self._rarest):
                if self._may_be_wanted(line) and (row := self._read(line)):
                    yield LogLine(number_of_first + offset, *msgspec.structs.astuple(row))

    def _may_be_wanted(self, line: bytes) -> bool:
        """Without decoding it; what is not of our form is left to whoever decodes."""
        at = line[_AT]
        ours = line.startswith(_BEGINNING) and at.endswith(b"Z")
        if ours and not self._since <= at < self._until:
            return False
        return all(mark in line for mark in self._marks)

    def _read(self, line: bytes) -> _Row | None:
        try:
            row = _decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.unreadable += 1
            return None
        return row if all(getattr(row, name) == value for name, value in self._wanted) else None


def _bound(at: datetime | None, otherwise: bytes) -> bytes:
    return otherwise if at is None else instant(at).encode()


def _time_of(line: LogLine) -> datetime:
    return line.at
