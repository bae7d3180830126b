"""CPU time, memory and medians; where and on what it was measured."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Operation:
    """`batch(n)` does it n times and returns the CPU seconds that the measured side spent."""

    name: str
    batch: Callable[[int], float]
    count: int
    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)

    @property
    def cpu_microseconds(self) -> float:
        """The median round's, for one."""
        return statistics.median(self.cpu_seconds) / self.count * 1e6

    @property
    def per_second(self) -> float:
        """What one core could do if it did nothing else."""
        return 1e6 / self.cpu_microseconds


def interleaved(operations: Sequence[Operation], rounds: int, tell: Callable[[str], None]) -> None:
    """Round-robin, so that what else this machine does falls on all alike."""
    for operation in operations:
        operation.batch(max(1, operation.count // 10))
    for number in range(1, rounds + 1):
        for operation in operations:
            tell(f"round {number} of {rounds}: {operation.name}")
            began = time.monotonic()
            operation.cpu_seconds.append(operation.batch(operation.count))
            operation.wall_seconds.append(time.monotonic() - began)


def own_cpu(work: Callable[[], object]) -> float:
    """CPU seconds this process spends on it, all threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def process_tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += process_tree(int(child))
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time, threads that have ended included (proc(5), fields 14 and 15)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * _TICK_SECONDS


def resident_mebibytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kibibytes) / 1024


def where(now: datetime) -> str:
    """Date, CPU and Python: a figure without them says nothing."""
    cpus = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    model = cpus[0] if cpus else platform.machine()
    return f"{now:%Y-%m-%d}, {len(cpus)} × {model}, Python {platform.python_version()}"
