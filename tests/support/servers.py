"""Real PostgreSQL and Redis of the tests' own: in a fresh folder, on a Unix socket, ended after."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import uuid4

import pytest

_PATIENCE_SECONDS = 60


class Server(Protocol):
    def start(self) -> None:
        """Returns when it answers."""

    def kill(self) -> None:
        """SIGKILL: it has no chance to tidy up."""

    def stop(self) -> None: ...


class PostgresServer:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        arguments = ["-D", str(self._data), "-k", str(self._folder), "-c", "listen_addresses="]
        self._process = subprocess.Popen(  # noqa: S603
            [_postgres_program("postgres"), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self._folder,
        )
        ready = [_postgres_program("pg_isready"), "-q", "-h", str(self._folder)]
        _wait(self._process, ready)

    def kill(self) -> None:
        _kill(self._process)

    def stop(self) -> None:
        _end(self._process, signal.SIGQUIT)  # at once: nobody starts it on this data again

    def new_database(self) -> str:
        """The URL of a fresh, empty database."""
        name = f"genkan_{uuid4().hex}"
        self._run("createdb", "-h", str(self._folder), "-U", "postgres", name)
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603
            [_postgres_program(program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd=self._folder,
        )


class RedisServer:
    """Redis that writes every change to its file before it answers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._socket = folder, folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        place = ["--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._folder)]
        durable = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        command = [_program("redis-server"), *place, *durable]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        _wait(self._process, [_program("redis-cli"), "-e", "-s", str(self._socket), "PING"])

    def kill(self) -> None:
        _kill(self._process)

    def stop(self) -> None:
        _end(self._process, signal.SIGTERM)

    def empty(self) -> str:
        """The URL of its store, after everything in it is gone."""
        command = [_program("redis-cli"), "-e", "-s", str(self._socket), "FLUSHALL"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return f"unix://{self._socket}"


AnyServer = TypeVar("AnyServer", PostgresServer, RedisServer)


@contextmanager
def running(kind: type[AnyServer]) -> Iterator[AnyServer]:
    # Not pytest's tmp_path: a Unix socket's path has at most 107 bytes, and the PostgreSQL user
    # must reach it.
    with tempfile.TemporaryDirectory(prefix="genkan-", dir="/tmp") as folder:
        server = kind(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running(PostgresServer) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with running(RedisServer) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """A database of this test's own."""
    return postgres_server.new_database()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Redis with nothing in it."""
    return redis_server.empty()


def _postgres_program(name: str) -> str:
    """Debian keeps them out of PATH, by version."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return str(newest) if newest is not None else _program(name)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; conf/install-debian does it")
    return found


def _wait(process: subprocess.Popen[bytes], ready: Sequence[str]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while subprocess.run(ready, check=False, capture_output=True).returncode:  # noqa: S603
        if process.poll() is not None or time.monotonic() > until:
            _end(process, signal.SIGKILL)
            raise RuntimeError(f"{process.args!r} did not start")
        time.sleep(0.05)


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    """With its children, which PostgreSQL puts into sessions of their own."""
    if process is not None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        process.wait()


def _end(process: subprocess.Popen[bytes] | None, how: signal.Signals) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(how)
        process.wait(_PATIENCE_SECONDS)
