"""How long `genkan serve` takes until it is ready, and how much memory its processes hold."""

import subprocess
import sys
import time

from gateway.demo.processes import Part, running
from tests.bench.measure import process_tree, resident_mebibytes


def ready_seconds(part: Part) -> float:
    """One start, from the command to the first 200 of /readyz; the server is stopped again."""
    began = time.monotonic()
    with running([part]):
        return time.monotonic() - began


def memory(pid: int) -> tuple[float, float]:
    """MiB resident of the largest worker, and of the process that watches over the workers."""
    parent, *workers = process_tree(pid)
    return max(resident_mebibytes(worker) for worker in workers), resident_mebibytes(parent)


def check_seconds() -> float:
    """One `genkan demo --check`; raises CalledProcessError where it fails."""
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "gateway.cli", "demo", "--check"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - began
