"""`genkan demo`: its parts come and go together."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.demo.check import free_ports
from tests.demo.test_check import started_in

pytestmark = pytest.mark.servers


def demo(folder: Path, ports: list[int]) -> subprocess.Popen[str]:
    arguments = ["--folder", str(folder), "--ports", *(str(port) for port in ports)]
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "gateway.cli", "demo", *arguments],
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_it_stops_every_part(tmp_path: Path, number: signal.Signals) -> None:
    process = demo(tmp_path / "demo", free_ports(4))
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C" in line:
            assert len(started_in(tmp_path)) > 4
            process.send_signal(number)
            break
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "Stopped.\n", "")
    assert started_in(tmp_path) == []


def test_a_port_in_use_is_named_and_no_part_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = demo(tmp_path / "demo", [*free_ports(3), port])
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err.count("\n")) == (2, 1)
    assert err.startswith(f"genkan: port {port}, for the points app, is in use")
    assert started_in(tmp_path) == []
