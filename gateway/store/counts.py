"""Numbers that only grow, counted by several workers and read as one sum.

The files are those of prometheus-client's multiprocess mode, and its collector adds them up. Its
own way to write them is not taken: it is chosen for the whole process by an environment variable
at the first import, leaves a file behind for every process there ever was, and lets a file grow
with holes in it, so that a full disk ends the process (SIGBUS). Here a worker takes the first
place that no living one holds and counts on from what it finds: sums never fall when a worker
dies, and there are no more files than workers at one time. A file has its blocks from the start.
"""

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.store.count_file import CountFile

_MOST_WORKERS = 1024

_key: Callable[[str, str, list[str], list[str], str], str] = mmap_key
_collect: Callable[[CollectorRegistry, str], object] = MultiProcessCollector


def series(metric: str, suffix: str, labels: Mapping[str, str], told: str) -> str:
    """The name one number goes by: `metric` + `suffix` with these labels; `told` explains it."""
    return _key(metric, metric + suffix, list(labels), list(labels.values()), told)


class Counts:
    """Raises OSError where the directory cannot be written. To be closed."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._lock = threading.Lock()
        self._closed = False
        self._place, number = _take_place(directory)
        try:
            self._counters = CountFile(directory / f"counter_{number}.db")
            self._histograms = CountFile(directory / f"histogram_{number}.db")
        except OSError:
            os.close(self._place)
            raise

    def count(self, name: str, amount: float = 1) -> None:
        """Adds to a counter. The series begins with its first amount, which may be 0."""
        with self._lock:
            if not self._closed:
                self._counters.add(name, amount)

    def observe(self, bucket: str, total: str, amount: float) -> None:
        """Adds one to a bucket of a histogram and `amount` to its sum."""
        with self._lock:
            if not self._closed:
                self._histograms.add(bucket, 1)
                self._histograms.add(total, amount)

    def begin(self, *names: str) -> None:
        """Of a histogram: all its buckets are there, empty ones too."""
        with self._lock:
            if not self._closed:
                for name in names:
                    self._histograms.add(name, 0)

    def text(self) -> bytes:
        """All workers' numbers, living and dead, in Prometheus' text format."""
        registry = CollectorRegistry()
        _collect(registry, str(self._directory))
        return generate_latest(registry)

    def close(self) -> None:
        """What comes afterwards is not counted. The place is free for another worker."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._counters.close()
                self._histograms.close()
                os.close(self._place)


def _take_place(directory: Path) -> tuple[int, int]:
    """The kernel gives it back when the process ends, however it ends."""
    for number in range(_MOST_WORKERS):
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(directory / f"{number}.lock", flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return descriptor, number
    raise OSError(errno.EAGAIN, "more workers than there are places for their counts")
