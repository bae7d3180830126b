"""Log lines as CSV (RFC 4180) that a spreadsheet shows and never runs."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from gateway.audit.log_line import as_json, instant
from gateway.audit.search import LogLine

COLUMNS = (
    "at",
    "kind",
    "deed",
    "outcome",
    "actor",
    "tenant_id",
    "client_id",
    "resident",
    "address",
    "request_id",
    "detail",
)
_BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the computer."""
_BEGINS_FORMULA = frozenset("=+-@\u2212")
_BREAKS_OUT = frozenset("\t\r\n")
_PASSED_OVER = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def csv_lines(lines: Iterable[LogLine]) -> Iterator[str]:
    """The header first; one string a row, its end (CRLF) included."""
    writer = csv.writer(_Handed(), quoting=csv.QUOTE_ALL)
    yield _BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    for line in lines:
        yield writer.writerow([harmless(cell) for cell in _cells(line)])


def harmless(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula, however it is spaced
    and however wide its sign is."""
    if cell[:1] in _BREAKS_OUT:
        return "'" + cell
    for character in cell:
        if unicodedata.category(character) not in _PASSED_OVER:
            begins = unicodedata.normalize("NFKC", character)[:1] in _BEGINS_FORMULA
            return "'" + cell if begins else cell
    return cell


def _cells(line: LogLine) -> Iterator[str]:
    for name in COLUMNS:
        value = getattr(line, name)
        if isinstance(value, datetime):
            yield instant(value)
        elif isinstance(value, Mapping):
            yield as_json(value).decode()
        else:
            yield value or ""


class _Handed:
    """A "file" for the csv module's writer: what is written is what `writerow` returns."""

    def write(self, text: str) -> str:
        return text
