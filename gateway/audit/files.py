"""Access, communication and error logs: one folder a kind, one file a day, one line an entry."""

import errno
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

from gateway.audit.log_line import line_of
from gateway.audit.model import Entry, LogKind
from gateway.errors import SettingsError

log = logging.getLogger(__name__)
FILE_KINDS = (LogKind.ACCESS, LogKind.COMMUNICATION, LogKind.ERROR)
SHORTEST_KEEP = timedelta(days=365)
_REPORT_EVERY = timedelta(minutes=1)
_DAY_FILE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.jsonl")
_A_WRITE_SECONDS = 0.02
"""Longer than one line is on its way to the file."""
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFiles:
    """Several workers may write the same file: a line is one `write` at the end, and nothing comes
    between. None waits in a buffer: what was taken outlives the process (a loss of power it need
    not: no line waits for the disk either)."""

    def __init__(self, directory: Path, on_loss: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._on_loss = on_loss
        self._lock = threading.Lock()
        self._open: dict[LogKind, tuple[date, int]] = {}
        self._reported: datetime | None = None
        self._lost = 0

    @property
    def lost(self) -> int:
        """Lines that could not be written since the start."""
        return self._lost

    def check(self) -> None:
        """For the start. Raises SettingsError where no line could be written."""
        try:
            for kind in FILE_KINDS:
                with TemporaryFile(dir=self._made(kind)):
                    pass
        except OSError as cause:
            raise SettingsError(f"audit.directory: {cause.strerror}") from cause

    def write(self, entry: Entry) -> None:
        """A line the disk does not take is counted and told; whoever asks is answered anyway."""
        if entry.kind not in FILE_KINDS:
            raise ValueError(f"{entry.kind} entries are kept with what they describe")
        line = line_of(entry)
        try:
            with self._lock:
                self._append(entry.kind, entry.at.astimezone(UTC).date(), line)
        except OSError as cause:
            self._lose(entry, cause)

    def remove_expired(self, now: datetime, keep: timedelta) -> list[str]:
        """What was removed. A file stays until its last line is older than `keep`."""
        if keep < SHORTEST_KEEP:
            raise ValueError("keep: all logs are kept for 365 days at least")
        last_kept = (now.astimezone(UTC) - keep).date()
        removed = []
        for kind in FILE_KINDS:
            for day, path in day_files(self._directory, kind):
                if day < last_kept:
                    path.unlink(missing_ok=True)
                    removed.append(f"{kind}/{path.name}")
        return removed

    def close(self) -> None:
        with self._lock:
            for kind in tuple(self._open):
                self._close(kind)

    def _append(self, kind: LogKind, day: date, line: bytes) -> None:
        try:
            if os.write(self._descriptor(kind, day), line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._close(kind)  # opened anew, a torn line gets its end
            raise

    def _descriptor(self, kind: LogKind, day: date) -> int:
        if kind in self._open:
            opened, descriptor = self._open[kind]
            if opened == day and os.fstat(descriptor).st_nlink:
                return descriptor
            self._close(kind)  # another day, or somebody removed the file
        path = self._directory / kind / f"{day}.jsonl"
        try:
            descriptor = os.open(path, _APPEND, 0o600)
        except FileNotFoundError:
            descriptor = os.open(self._made(kind) / path.name, _APPEND, 0o600)
        self._open[kind] = day, descriptor
        _end_torn_line(descriptor)
        return descriptor

    def _close(self, kind: LogKind) -> None:
        if kind in self._open:
            os.close(self._open.pop(kind)[1])

    def _made(self, kind: LogKind) -> Path:
        folder = self._directory / kind
        for one in (self._directory, folder):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _lose(self, entry: Entry, cause: OSError) -> None:
        with self._lock:
            self._lost += 1
            due = self._reported is None or abs(entry.at - self._reported) >= _REPORT_EVERY
            if due:
                self._reported = entry.at
        self._on_loss()
        if due:
            # Without the lock: the error log may write to the same files.
            told = "audit.directory: a line of the %s log was lost (%s), %d since the start"
            log.error(told, entry.kind, cause.strerror, self._lost)


def day_files(directory: Path, kind: LogKind) -> Iterator[tuple[date, Path]]:
    """The oldest first. Whatever else lies in the folder is not ours."""
    folder = directory / kind
    for name in sorted(os.listdir(folder)) if folder.is_dir() else ():
        if _DAY_FILE.fullmatch(name):
            try:
                day = date.fromisoformat(name.removesuffix(".jsonl"))
            except ValueError:
                continue
            yield day, folder / name


def _end_torn_line(descriptor: int) -> None:
    """A line that a full disk or a sudden death cut off shall not spoil the next one. One that
    grows is another worker's, which ends it itself."""
    size = _torn_size(descriptor)
    if size is not None:
        time.sleep(_A_WRITE_SECONDS)
        if _torn_size(descriptor) == size:
            os.write(descriptor, b"\n")


def _torn_size(descriptor: int) -> int | None:
    """Of a file whose last line has no end."""
    size = os.fstat(descriptor).st_size
    return size if size and os.pread(descriptor, 1, size - 1) != b"\n" else None
