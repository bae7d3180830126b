"""All entries of a CRL as rows of an index, in one pass (RFC 5280 §5.1.2.6).

Nearly every entry has one of the forms written down here as a pattern. Its last alternative takes
any one byte: so what it finds lies end to start without a gap, and a byte that is of no known
entry is an empty row. Where there is one, the entries are read one at a time instead.
"""

import re

from plugins.crl.entry import REASON_EXTENSION, read_entry
from plugins.crl.row import MAX_SERIAL_BYTES
from plugins.crl.sorting import RowSorter

WINDOW = 1 << 15
"""Bytes taken at once: as many as the processor's caches keep."""


def read_entries(der: bytes, start: int, end: int) -> RowSorter:
    """Raises UnusableError for anything that is not understood."""
    rows = RowSorter()
    at = start
    while at < end:
        stop = min(at + WINDOW, end)
        found = [*map(b"".join, _ENTRY.findall(der, at, stop)), b""]
        whole = found.index(b"")
        if whole == 0 or any(found[whole:]):
            read, at = _read_each(der, at, stop, end)
            rows.add(read)
            continue
        # The window's end may cut an entry: as many empty rows as it has bytes.
        at = stop - (len(found) - 1 - whole)
        rows.add(found[:whole])
    return rows


def _read_each(der: bytes, at: int, stop: int, end: int) -> tuple[list[bytes], int]:
    rows = []
    while at < stop:
        row, at = read_entry(der, at, end)
        rows.append(row)
    return rows, at


def _pattern() -> bytes:
    """Two lengths and the serial number's must agree: each combination is written out, first those
    of large lists."""
    lengths = range(MAX_SERIAL_BYTES, 0, -1)
    without, with_reason = (
        b"|".join(_bytes(2 + length + more, 0x02, length) for length in lengths)
        for more in (_UTC_TIME_BYTES, _UTC_TIME_BYTES + len(REASON_EXTENSION) + 1)
    )
    serials = b"|".join(_serial(length) for length in lengths)
    return (
        rb"\x30(?:(?=" + with_reason + rb")()|(?=" + without + rb")).\x02(" + serials + rb")"
        rb"\x17\x0d(" + _DATE + rb")"
        rb"(?(1)Z" + re.escape(REASON_EXTENSION) + rb"([\x00-\x06\x09\x0a])|(Z))|."
    )


def _serial(length: int) -> bytes:
    """Not negative, and no longer than it must be (X.690 §8.3.2)."""
    if length == 1:
        return _bytes(length) + rb"[\x00-\x7f]"
    return _bytes(length) + rb"(?:[\x01-\x7f].|\x00[\x80-\xff]).{%d}" % (length - 2)


def _bytes(*values: int) -> bytes:
    return b"".join(rb"\x%02x" % value for value in values)


_UTC_TIME_BYTES = 15

# Dates that exist, to the second, in UTC. UTCTime's years 1950 to 2049: each fourth is a leap year.
_DATE = (
    rb"[0-9]{2}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
    rb"|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31"
    rb"|0229(?<=[02468][048]0229|[13579][26]0229))"
    rb"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
)
_ENTRY = re.compile(_pattern(), re.DOTALL)
