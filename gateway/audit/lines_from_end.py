"""Reads a file's lines from its end, a block at a time: those that hold the wanted bytes."""

import os
from collections.abc import Iterator

BLOCK_BYTES = 1 << 20


def lines_from_end(
    descriptor: int, end: int, wanted: bytes, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[int, bytes]]:
    """Where a line begins, and the line without its end; no empty ones. Of a line longer than a
    block only its beginning is seen: memory stays bounded whatever stands in the file."""
    rest = b""
    while end > 0:
        start = max(0, end - block_bytes)
        block = os.pread(descriptor, end - start, start)
        # The first line of a block begins in the block before it.
        first = block.find(b"\n") + 1 if start else 0
        if first or not start:
            yield from _holding(block + rest, first, start, wanted)
        rest = block[:first]
        end = start


def _holding(block: bytes, first: int, offset: int, wanted: bytes) -> Iterator[tuple[int, bytes]]:
    """`wanted` may be empty: then every line."""
    until = len(block)
    while until >= first and (found := block.rfind(wanted, first, until)) >= 0:
        begin = max(block.rfind(b"\n", first, found) + 1, first)
        end = block.find(b"\n", found)
        line = block[begin : end if end >= 0 else len(block)]
        if line:
            yield offset + begin, line
        until = begin - 1
