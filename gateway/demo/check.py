"""`genkan demo --check`: both journeys in a world of its own, a line a step, exit 0 or 1."""

import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import httpx2
from rich.console import Console

from gateway.demo.journey import Journey, Step
from gateway.demo.operator_journey import OperatorJourney
from gateway.demo.processes import DemoError, parts_of, running
from gateway.demo.run import prepare
from gateway.demo.visitor import Unexpected, Visitor
from gateway.demo.world import Ports


def run_check(out: Console) -> int:
    """Beside a running demo, too: other ports, another folder."""
    signal.signal(signal.SIGTERM, _leave)
    began = time.monotonic()
    try:
        passed = _walk_all(out, began)
    except DemoError as error:
        out.print(f"✗ {error}", markup=False)
        passed = False
    seconds = time.monotonic() - began
    out.print(f"{'passed' if passed else 'failed'} after {seconds:.1f} s")
    return 0 if passed else 1


def _walk_all(out: Console, began: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="genkan-check-") as folder:
        world = prepare(Path(folder), Ports(*free_ports(4)), out)
        with (
            running(parts_of(world)) as processes,
            Visitor(world) as hanako,
            Visitor(world) as sonoda,
        ):
            out.print(f"ready after {time.monotonic() - began:.1f} s")
            operators = OperatorJourney(world, sonoda.browser)
            steps = (*Journey(world, hanako).steps(), *operators.steps())
            passed = all(walk(step, out) for step in steps)
            if not passed:
                for each in processes:
                    out.print(f"  {each.part.name}: {each.last_words}", markup=False)
            return passed


def walk(step: Step, out: Console) -> bool:
    what, do = step
    began = time.monotonic()
    try:
        do()
    except (Unexpected, LookupError, ValueError, httpx2.HTTPError) as found:
        out.print(f"✗ {what}: {type(found).__name__}: {found}", markup=False)
        return False
    out.print(f"✓ {what} ({(time.monotonic() - began) * 1000:.0f} ms)", markup=False)
    return True


def free_ports(count: int) -> list[int]:
    """Held together while they are chosen, so that all are different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """By way of every `finally`: no process and no folder stays behind."""
    sys.exit(1)
