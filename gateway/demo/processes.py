"""The demo's processes: started together, watched, stopped together."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx2

from gateway.demo.world import World

READY_SECONDS = 20


class DemoError(Exception):
    """The demo cannot go on. One line that says why."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    arguments: tuple[str, ...]
    ready_url: str


def parts_of(world: World) -> tuple[Part, ...]:
    config = str(world.settings_file)
    service = ("-m", "gateway.demo.service_process", str(world.folder))
    genkan = ("-m", "gateway.cli")
    reader = ("reader", "serve", "--virtual", str(world.cards), "--config", config)
    return (
        Part("gateway", (*genkan, "serve", "--config", config), f"{world.issuer}/readyz"),
        Part("reader", (*genkan, *reader), world.reader),
        Part("health", (*service, "health", world.issuer, world.health), world.health),
        Part("points", (*service, "points", world.issuer, world.points), world.points),
    )


@contextlib.contextmanager
def running(parts: Sequence[Part]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All parts started and ready; all stopped at the end, whatever happens."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for part in parts:
            command = [sys.executable, *part.arguments]
            processes[part.name] = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own modules
        deadline = time.monotonic() + READY_SECONDS
        for part in parts:
            wait_until_ready(part, processes[part.name], deadline)
        yield processes
    finally:
        stop(processes)


def wait_until_ready(part: Part, process: subprocess.Popen[bytes], deadline: float) -> None:
    while time.monotonic() < deadline:
        check_alive({part.name: process})
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(part.ready_url, timeout=2).status_code < 500:
                return
        time.sleep(0.05)
    raise DemoError(f"the {part.name} was not ready within {READY_SECONDS} seconds")


def check_alive(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise DemoError(f"the {name} has stopped by itself (exit code {process.returncode})")


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    for process in processes.values():
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
