"""The demo's processes: started together, watched, stopped together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from gateway.demo.local_http import local_client
from gateway.demo.world import World

READY_SECONDS = 20
STOP_SECONDS = 5


class DemoError(Exception):
    """The demo cannot go on. One line that says why."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    arguments: tuple[str, ...]
    ready_url: str
    log: Path


@dataclass(frozen=True, slots=True)
class Running:
    part: Part
    process: subprocess.Popen[bytes]

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.part.log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else "it said nothing"


Processes = Sequence[Running]


def parts_of(world: World) -> tuple[Part, ...]:
    config = str(world.settings_file)
    service = ("-m", "gateway.demo.service_process", str(world.folder))
    genkan = ("-m", "gateway.cli")
    reader = ("reader", "serve", "--virtual", str(world.cards), "--config", config)
    commands = (
        ("gateway", (*genkan, "serve", "--config", config), f"{world.issuer}/readyz"),
        ("reader agent", (*genkan, *reader), world.reader),
        ("health app", (*service, "health", world.issuer, world.health), world.health),
        ("points app", (*service, "points", world.issuer, world.points), world.points),
    )
    return tuple(
        Part(name, command, url, world.logs / f"{name.replace(' ', '-')}.log")
        for name, command, url in commands
    )


@contextlib.contextmanager
def running(parts: Sequence[Part]) -> Iterator[Processes]:
    """All parts started and ready; all stopped at the end, whatever happens."""
    for part in parts:
        check_port(part)
    processes: list[Running] = []
    try:
        for part in parts:
            processes.append(start(part))
        deadline = time.monotonic() + READY_SECONDS
        for part in parts:
            wait_until_ready(part, processes, deadline)
        yield processes
    finally:
        stop(processes)


def check_port(part: Part) -> None:
    """Otherwise somebody else's server would be taken for ours."""
    port = urlsplit(part.ready_url).port or 80
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as cause:
            raise DemoError(
                f"port {port}, for the {part.name}, is in use; choose others with --ports"
            ) from cause


def start(part: Part) -> Running:
    part.log.parent.mkdir(exist_ok=True)
    with part.log.open("ab") as log:
        # In a group of its own, so that Ctrl-C reaches the demo alone, which stops its parts.
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *part.arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        )
    return Running(part, process)


def wait_until_ready(part: Part, processes: Processes, deadline: float) -> None:
    with local_client() as http:
        while time.monotonic() < deadline:
            check_alive(processes)
            with contextlib.suppress(httpx2.TransportError):
                if http.get(part.ready_url).status_code < 500:
                    return
            time.sleep(0.05)
    raise DemoError(f"the {part.name} was not ready within {READY_SECONDS} seconds")


def check_alive(processes: Processes) -> None:
    for running_part in processes:
        if running_part.process.poll() is not None:
            name, words = running_part.part.name, running_part.last_words
            raise DemoError(f"the {name} has stopped by itself: {words}")


def stop(processes: Processes) -> None:
    for running_part in processes:
        if running_part.process.poll() is None:
            running_part.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for running_part in processes:
        process = running_part.process
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # workers whose parent died before them
