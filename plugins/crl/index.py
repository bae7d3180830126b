"""A list that was verified, with the rows of its entries: is this serial number revoked?"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from mmap import mmap

from plugins.crl.revocation_list import ListFacts
from plugins.crl.row import Revocation, key_of, read_row, width
from plugins.crl.signed_by import ListSignature

FENCE = 64
"""Each process keeps the key of every so many rows: most of a look-up touches no page."""


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of all serial numbers of one length, in order."""

    start: int
    count: int
    fences: Sequence[bytes]
    """The key of every FENCE-th row."""


def make_sections(
    buffer: bytes | mmap, at: int, counts: Iterable[tuple[int, int]]
) -> tuple[Mapping[int, Section], int]:
    """Rows from `at` on, so many of each length of serial number; and where they end."""
    sections: dict[int, Section] = {}
    for serial_length, count in counts:
        sections[serial_length] = _section(buffer, at, count, serial_length)
        at += width(serial_length) * count
    return sections, at


def _section(buffer: bytes | mmap, start: int, count: int, serial_length: int) -> Section:
    step = width(serial_length)
    ends = range(start, start + count * step, FENCE * step)
    return Section(start, count, [buffer[at : at + 1 + serial_length] for at in ends])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RevocationList:
    """Made only of a CRL that one of the pinned CAs has signed; whose it is, is asked again."""

    facts: ListFacts
    signature: ListSignature
    digest: str
    """SHA-256 of the whole CRL file."""
    buffer: bytes | mmap
    """The index file. Mapped: all workers share its pages."""
    sections: Mapping[int, Section]
    """By the serial number's length in DER."""

    def __len__(self) -> int:
        return sum(section.count for section in self.sections.values())

    def rows(self) -> Iterator[bytes]:
        """All of them, one length of serial number after the other; read as they are asked for."""
        buffer = self.buffer
        for serial_length, section in self.sections.items():
            step = width(serial_length)
            end = section.start + section.count * step
            for at in range(section.start, end, step):
                yield buffer[at : at + step]

    def find(self, serial_number: int) -> Revocation | None:
        key = key_of(serial_number)
        section = self.sections.get(key[0])
        if section is None:
            return None
        buffer, size, step = self.buffer, len(key), width(key[0])
        # The last fence before the key's first row; equal keys may lie on both sides of one.
        fence = max(bisect_left(section.fences, key) - 1, 0)
        low, high = fence * FENCE, min((fence + 1) * FENCE, section.count)
        while low < high:
            middle = (low + high) // 2
            at = section.start + middle * step
            if buffer[at : at + size] < key:
                low = middle + 1
            else:
                high = middle
        at = section.start + low * step
        if low == section.count or buffer[at : at + size] != key:
            return None
        return read_row(buffer[at : at + step])
