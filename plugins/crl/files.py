"""The CRL files of a directory: each is read and indexed once, and again when it has changed."""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gateway.card.api import Anchor
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList
from plugins.crl.index_folder import IndexFolder
from plugins.crl.memory import Memory, recall, remember, scope_of
from plugins.crl.revocation_list import AgeOrder
from plugins.crl.signed_by import check_signed_by

logger = logging.getLogger(__name__)

# Nanoseconds. File systems count time in ticks: two changes within one bear the same time.
TIMESTAMP_TICK = 50_000_000

Stamp = tuple[int, int, int]
"""What changes when a file does: inode, size, time of change."""
Anchors = Mapping[str, Anchor]
"""By fingerprint."""


@dataclass(frozen=True, slots=True)
class Reading:
    stamp: Stamp
    settled: bool
    """Whether a change after this reading would have another stamp."""
    revocation_list: RevocationList | None
    """The last good one, which a file that has been spoilt does not take away."""
    scopes: tuple[str, ...] = ()
    """Of which known CAs it is a list, for which distribution point."""
    problem: str | None = None
    """Why the file itself is not used."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """All lists at one moment. A request takes one and asks nothing else."""

    readings: Mapping[str, Reading] = field(default_factory=dict)
    """By file name."""
    by_scope: Mapping[str, Sequence[RevocationList]] = field(default_factory=dict)
    newest: Mapping[str, AgeOrder] = field(default_factory=dict)
    """By scope: the newest list that was ever in force here."""

    def lists(self) -> Iterator[RevocationList]:
        for reading in self.readings.values():
            if reading.revocation_list is not None:
                yield reading.revocation_list


class CrlFiles:
    """`refresh` may run in a thread while others look at what is `loaded`."""

    def __init__(self, folder: Path, indices: IndexFolder) -> None:
        self._folder = folder
        self._indices = indices
        self._known: frozenset[str] = frozenset()
        self._memory: Memory | None = None
        self._missing = False
        self.loaded = Loaded()

    def refresh(self, anchors: Anchors, now: datetime) -> None:
        """Looks at every file, reads those that have changed, then shows all of them at once."""
        try:
            stamps = self._stamps()
        except OSError as error:
            if not self._missing:
                logger.warning("CRL directory %s: %s", self._folder, error.strerror)
            self._missing = True
            return
        self._missing = False
        memory = recall(self._indices) if self._memory is None else self._memory
        before, again = self.loaded.readings, self._known != anchors.keys()
        reader = _Reader(self._folder, self._indices, memory.last_good, anchors)
        readings = {
            name: reader.read(name, stamp, before.get(name), again=again)
            for name, stamp in stamps.items()
        }
        if readings != before:
            self.loaded = Loaded(readings, _by_scope(readings), memory.newest)
            self._indices.prune({each.digest for each in self.loaded.lists()})
        self._known = frozenset(anchors)
        self._memory = self._remember(memory, now)
        self.loaded = replace(self.loaded, newest=self._memory.newest)

    def _remember(self, memory: Memory, now: datetime) -> Memory:
        seen = memory.joined(_seen(self.loaded, now))
        return memory if seen == memory else remember(self._indices, seen)

    def _stamps(self) -> dict[str, Stamp]:
        stamps = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.is_file():
                    continue
                stat = entry.stat()
                stamps[entry.name] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return stamps


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    indices: IndexFolder
    last_good: Mapping[str, str]
    anchors: Anchors

    def read(self, name: str, stamp: Stamp, before: Reading | None, *, again: bool) -> Reading:
        """`again`: other CAs are known than before, who may have signed what nobody had."""
        is_new = before is None or before.stamp != stamp
        if before is not None and before.settled and not is_new and not again:
            return before
        settled = abs(time.time_ns() - stamp[2]) > TIMESTAMP_TICK
        issuers = [anchor.certificate for anchor in self.anchors.values()]
        kept, problem = None if before is None else before.revocation_list, None
        try:
            found = self.indices.read(self.folder / name, issuers)
            if kept is None or kept.digest != found.digest:
                kept = found
        except (OSError, UnusableError) as error:
            problem = str(error)
            if before is None and name in self.last_good:
                kept = self.indices.find(self.last_good[name])
            if before is None or (before.stamp, before.problem) != (stamp, problem):
                consequence = "nothing" if kept is None else "its last good content"
                logger.warning("CRL file %s: %s; %s is used instead", name, error, consequence)
        scopes = () if kept is None else scopes_of(kept, self.anchors)
        return Reading(stamp, settled, kept, scopes, problem)


def scopes_of(each: RevocationList, anchors: Anchors) -> tuple[str, ...]:
    """Of which of these CAs it is a list, for its distribution point."""
    return tuple(
        scope_of(fingerprint, each.facts.distribution_point)
        for fingerprint, anchor in anchors.items()
        if _is_signed_by(each, anchor)
    )


def _is_signed_by(each: RevocationList, anchor: Anchor) -> bool:
    try:
        check_signed_by(each.facts, each.signature, anchor.certificate)
    except UnusableError:
        return False
    return True


def _by_scope(readings: Mapping[str, Reading]) -> Mapping[str, Sequence[RevocationList]]:
    found: dict[str, list[RevocationList]] = {}
    for reading in readings.values():
        for scope in reading.scopes:
            if reading.revocation_list is not None:
                found.setdefault(scope, []).append(reading.revocation_list)
    return dict(found)


def _seen(loaded: Loaded, now: datetime) -> Memory:
    """What is in force at `now`."""
    newest: dict[str, AgeOrder] = {}
    for scope, lists in loaded.by_scope.items():
        begun = [each.facts.age_order for each in lists if each.facts.this_update <= now]
        if begun:
            newest[scope] = max(begun)
    last_good = {
        name: reading.revocation_list.digest
        for name, reading in loaded.readings.items()
        if reading.revocation_list is not None and reading.problem is None
    }
    return Memory(last_good, newest)
