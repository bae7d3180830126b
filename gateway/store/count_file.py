"""One worker's file of numbers, in the form of prometheus-client's multiprocess mode."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

log = logging.getLogger(__name__)
FILE_BYTES = 2 << 20
_HEADER = 8
_OVERHEAD = 4 + 8 + 16
"""Bytes of an entry beside its name: length, padding at most, value and time."""


class _File(Protocol):
    def read_all_values(self) -> Iterator[tuple[str, float, float]]: ...
    def write_value(self, key: str, value: float, timestamp: float) -> None: ...
    def close(self) -> None: ...


_map: Callable[[str], _File] = MmapedDict
_merge: Callable[[list[str]], object] = MultiProcessCollector.merge


class CountFile:
    """What it has no more room for is not counted, and what is counted stays true."""

    def __init__(self, path: Path) -> None:
        _make_whole(path)
        self._file = _map(str(path))
        self._values = {name: value for name, value, _ in self._file.read_all_values()}
        self._room = FILE_BYTES - _HEADER - sum(map(_bytes_of, self._values))

    def add(self, name: str, amount: float) -> None:
        if name not in self._values:
            needed = _bytes_of(name)
            if needed > self._room:
                return
            self._room -= needed
        value = self._values.get(name, 0.0) + amount
        self._values[name] = value
        self._file.write_value(name, value, 0.0)

    def close(self) -> None:
        self._file.close()


def _bytes_of(name: str) -> int:
    return len(name.encode()) + _OVERHEAD


def _make_whole(path: Path) -> None:
    """A file that is whole is counted on; one that is missing or damaged is begun anew."""
    if path.exists():
        if _is_whole(path):
            return
        log.warning("%s is damaged and begun anew", path)
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, FILE_BYTES)
    finally:
        os.close(descriptor)
    beside.replace(path)  # a scrape never finds it half made


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            used = int.from_bytes(file.read(4), sys.byteorder, signed=True)
        _merge([str(path)])
    except Exception:  # noqa: BLE001 - whatever stands in it, no counts do
        return False
    return 0 <= used <= path.stat().st_size == FILE_BYTES
