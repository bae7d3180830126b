"""`genkan demo --check` as somebody types it: real processes, a line a step, nothing left over."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers


def check(temporary: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "demo", "--check"],
        env={**os.environ, "TMPDIR": str(temporary), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def started_in(temporary: Path) -> list[str]:
    """Processes whose command names the folder."""
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            commands.append((process / "cmdline").read_bytes().decode())
        except OSError:
            continue  # it has ended meanwhile
    return [command for command in commands if str(temporary) in command]


def test_every_step_passes_and_nothing_is_left_behind(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 23
    assert "✗" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("passed after ")
    assert list(tmp_path.iterdir()) == []
    assert started_in(tmp_path) == []


def test_a_part_that_cannot_start_is_named_with_its_reason(tmp_path: Path) -> None:
    done = check(tmp_path, GENKAN_CARD__REVOCATION_SOURCES="tea-leaves")
    assert done.returncode == 1
    assert "the gateway has stopped by itself: genkan: " in done.stdout
    assert "tea-leaves" in done.stdout
    assert "✓" not in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert started_in(tmp_path) == []


def test_stopping_it_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "demo", "--check"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if line.startswith("✓"):
                process.terminate()
                break
        process.wait(timeout=20)
    assert process.returncode == 1
    deadline = time.monotonic() + 5
    while started_in(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started_in(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
