"""Lists that a program of the operator's own fetches, as the operator and the gateway run it."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.demo.processes import Part, running
from tests.commands.conftest import Genkan
from tests.commands.test_crl import published
from tests.support.town import Town

pytestmark = pytest.mark.servers

ADDRESS = "ldap://directory.example.test/ou=[/red]?certificateRevocationList;binary"
HANG = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(__file__).with_name("pids").write_text(f"{os.getpid()} {child.pid} ")
time.sleep(600)
"""


def with_program(folder: Path, code: str, address: str = ADDRESS) -> None:
    """It fetches what is the one source."""
    (folder / "fetch.py").write_text(code, "utf-8")
    program = json.dumps([sys.executable, "-I", str(folder / "fetch.py"), "{url}"])
    settings = folder / "genkan.toml"
    table = f"[plugins.crl]\nsources = [{json.dumps(address)}]\nprograms = {{ ldap = {program} }}\n"
    settings.write_text(settings.read_text().replace("[plugins.crl]\n", table))


def giving(file: Path) -> str:
    return f"import sys; sys.stdout.buffer.write(open({str(file)!r}, 'rb').read())"


def test_a_list_of_a_directory_is_fetched_and_listed(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    with_program(tmp_path, giving(published(town, tmp_path / "given")[0]))

    done = genkan("crl", "refresh")

    assert (done.exit_code, done.err) == (0, "")
    assert done.out.startswith(f"{ADDRESS}: ")
    assert done.out.endswith("fresh\n")
    listed = genkan("crl", "list").out
    assert listed.count("fresh") == 1
    assert f"{ADDRESS}: last asked " in listed


def test_on_a_terminal_its_progress_is_shown(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    with_program(tmp_path, giving(published(town, tmp_path / "given")[0]))
    ours, theirs = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "crl", "refresh", "--config", "genkan.toml"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        timeout=60,
        check=False,
    )
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    os.close(theirs)

    assert (done.returncode, done.stdout.endswith(b"fresh\n")) == (0, True)
    assert ADDRESS in shown


def test_what_it_complains_of_is_told(genkan: Genkan, ready: None, tmp_path: Path) -> None:
    with_program(tmp_path, r"import sys; sys.exit('\x1b[2J[/red] no such object')")

    done = genkan("crl", "refresh")

    problem = r"its program ended with exit code 1: \x1b[2J[/red] no such object"
    assert (done.exit_code, done.out) == (1, f"{ADDRESS}: refused: {problem}\n")
    assert f"; {problem}\n" in genkan("crl", "list").out
    assert not list((tmp_path / "crls").glob("*.crl"))


def test_an_address_without_a_program_is_named(genkan: Genkan, ready: None, tmp_path: Path) -> None:
    with_program(tmp_path, "", "ldaps://directory.example.test/cn=crl")

    for command in ("refresh", "list"):
        done = genkan("crl", command)
        assert (done.exit_code, done.err.count("\n")) == (2, 1)
        assert "plugins.crl: programs.ldaps: a program is needed" in done.err


def test_when_the_gateway_stops_it_stops_with_its_children(ready: None, tmp_path: Path) -> None:
    with_program(tmp_path, HANG)
    port = int((tmp_path / "genkan.toml").read_text().partition("localhost:")[2].partition('"')[0])
    arguments = ("-m", "gateway.cli", "serve", "--config", "genkan.toml")
    part = Part("gateway", arguments, f"http://localhost:{port}/readyz", tmp_path / "log")

    with running([part]):
        started = [int(each) for each in _within_ten_seconds(tmp_path / "pids").split()]
        assert all(map(_runs, started))

    deadline = time.monotonic() + 10
    while any(map(_runs, started)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_runs, started))
    assert not list((tmp_path / "crls").glob(".partial*"))
    assert "Traceback" not in (tmp_path / "log").read_text()


def _within_ten_seconds(file: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()).endswith(" "):
            return text
        time.sleep(0.02)
    pytest.fail("the program was not run")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
