"""An operator's own program that fetches lists: a real one, written by the test that runs it."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from cryptography import x509

from gateway.virtual.revocation_list import CustomiseCrl
from plugins.crl.operation import CrlOperation
from tests.card.world import NOW
from tests.plugins.crl_world import CrlWorld

ADDRESS = "ldap://directory.example.test/cn=crl?certificateRevocationList;binary"
BEGINNING = """
import os, pathlib, signal, subprocess, sys, time
here = pathlib.Path(__file__).parent
def note(pid):
    with (here / "pids").open("a") as file:
        file.write(f"{pid}\\n")
note(os.getpid())
def leave_a_child(**streams):
    note(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], **streams).pid)
published = (here / "published").read_bytes()
output = sys.stdout.buffer
"""
GIVE = "output.write(published)"


def numbered(number: int) -> CustomiseCrl:
    return lambda crl: crl.with_extension(x509.CRLNumber(number))


@dataclass
class Program:
    crls: CrlWorld
    folder: Path
    address: str = ADDRESS

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.publish(b"")
        self.does(GIVE)

    @property
    def script(self) -> Path:
        return self.folder / "fetch.py"

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-I", str(self.script), "{url}"]

    @property
    def table(self) -> dict[str, object]:
        return {
            "directory": str(self.crls.folder),
            "max_file_bytes": 20_000,
            "sources": [self.address],
            "programs": {"ldap": self.command},
        }

    @property
    def lists(self) -> CrlOperation:
        return CrlOperation(self.table, list(self.crls.anchors().values()))

    def publish(self, der: bytes) -> None:
        (self.folder / "published").write_bytes(der)

    def does(self, code: str) -> None:
        self.script.write_text(BEGINNING + code, "utf-8")

    async def refresh(self) -> None:
        await self.lists.refresh(self.address, NOW, lambda _, __: None)

    @property
    def pids(self) -> list[int]:
        """Of the program at each of its runs, and of what it has started."""
        file = self.folder / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    async def is_gone(self) -> None:
        """Nothing of it runs, and it is no zombie of ours."""
        await until(lambda: not any(map(_is_ours, self.pids)))


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(500):
        if happened():
            return
        await anyio.sleep(0.02)
    pytest.fail("it has not happened within ten seconds")


def _is_ours(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A child whose parent is gone is for the machine's first process to collect.
    return fields[0] != "Z" or int(fields[1]) == os.getpid()
