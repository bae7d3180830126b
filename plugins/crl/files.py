"""The CRL files of a directory: each is read and indexed once, and again when it has changed."""

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plugins.crl.revocation_list import RevocationList, UnusableError, parse_revocation_list

logger = logging.getLogger(__name__)

# Nanoseconds. File systems count time in ticks: two changes within one bear the same time.
TIMESTAMP_TICK = 50_000_000


@dataclass(frozen=True, slots=True)
class _Reading:
    stamp: tuple[int, int, int]
    """What changes when the file does: inode, size, time of change."""
    settled: bool
    """Whether a change after this reading would have another stamp."""
    revocation_list: RevocationList | None
    """The last good one, which a file that has been spoilt does not take away."""


class CrlFiles:
    """What `refresh` found last. It may run in a thread while others look up."""

    def __init__(self, folder: Path, max_file_bytes: int) -> None:
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._readings: dict[str, _Reading] = {}
        self._covering: dict[bytes, tuple[RevocationList, ...]] = {}
        self._missing = False

    def covering(self, distribution_point: bytes) -> tuple[RevocationList, ...]:
        """All lists for one distribution point, whoever signed them."""
        return self._covering.get(distribution_point, ())

    def all(self) -> Iterator[RevocationList]:
        for lists in self._covering.values():
            yield from lists

    def refresh(self) -> None:
        """Looks at every file, reads those that have changed, then shows all of them at once."""
        try:
            stamps = self._stamps()
        except OSError as error:
            if not self._missing:
                logger.warning("CRL directory %s: %s", self._folder, error.strerror)
            self._missing = True
            return
        self._missing = False
        readings = {name: self._reading(name, stamp) for name, stamp in stamps.items()}
        if readings == self._readings:
            return
        covering: dict[bytes, tuple[RevocationList, ...]] = {}
        for reading in readings.values():
            if reading.revocation_list is not None:
                point = reading.revocation_list.distribution_point
                covering[point] = (*covering.get(point, ()), reading.revocation_list)
        self._readings, self._covering = readings, covering

    def _stamps(self) -> dict[str, tuple[int, int, int]]:
        stamps = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.is_file():
                    continue
                stat = entry.stat()
                stamps[entry.name] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return stamps

    def _reading(self, name: str, stamp: tuple[int, int, int]) -> _Reading:
        before = self._readings.get(name)
        is_new = before is None or before.stamp != stamp
        if before is not None and before.settled and not is_new:
            return before
        settled = abs(time.time_ns() - stamp[2]) > TIMESTAMP_TICK
        try:
            if stamp[1] > self._max_file_bytes:
                raise UnusableError("it is larger than max_file_bytes")
            content = (self._folder / name).read_bytes()
            return _Reading(stamp, settled, parse_revocation_list(content))
        except (OSError, UnusableError) as error:
            kept = before.revocation_list if before is not None else None
            if is_new:
                consequence = "nothing" if kept is None else "its last good content"
                logger.warning("CRL file %s: %s; %s is used instead", name, error, consequence)
            return _Reading(stamp, settled, kept)
