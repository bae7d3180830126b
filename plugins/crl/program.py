"""A program of the operator's own: it inherits PATH and LANG alone, and ends with whoever waits."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import IO

from plugins.crl.errors import UnusableError

INHERITED = ("PATH", "LANG")
LONGEST_COMPLAINT = 200
"""Bytes."""
END_SECONDS = 5.0


class Complaint(asyncio.Protocol):
    """What a program says on standard error: its beginning is kept, the rest read and forgotten."""

    def __init__(self) -> None:
        self._kept = b""
        self.ended = asyncio.Event()

    @property
    def first_line(self) -> str:
        """Without a character that would begin another line, or move a cursor."""
        first = next(iter(self._kept.splitlines()), b"").decode("utf-8", "replace")
        return "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode() for each in first
        )

    def data_received(self, data: bytes) -> None:
        self._kept += data[: LONGEST_COMPLAINT - len(self._kept)]

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set()


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Without a shell, in a session of its own. Raises UnusableError."""
    try:
        return subprocess.Popen(  # noqa: S603 - who runs the gateway has named it
            command,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            start_new_session=True,
        )
    except OSError as error:
        raise UnusableError(f"its program cannot be started ({error.strerror})") from error


@asynccontextmanager
async def reading(pipe: IO[bytes] | None, protocol: asyncio.Protocol) -> AsyncIterator[None]:
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    try:
        yield
    finally:
        transport.close()


async def exited(process: subprocess.Popen[bytes]) -> None:
    """It is left for `end` to collect: until then the number of its group is nobody else's."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    watched = os.pidfd_open(process.pid)
    loop.add_reader(watched, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(watched)
        os.close(watched)


async def end(process: subprocess.Popen[bytes]) -> None:
    """The program, and whatever it has started in its group."""
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):  # one that has become another user's cannot be ended
        async with asyncio.timeout(END_SECONDS):
            await exited(process)
    process.poll()
