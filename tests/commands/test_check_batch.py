"""`genkan card check --batch`: a pipe that answers every line, at once and in order."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.commands.batch_commands import TOO_LONG, read_lines
from tests.card.batch.desk import card_line
from tests.card.conftest import keys, world
from tests.card.world import World

__all__ = ["keys", "world"]

COMMAND = [sys.executable, "-m", "gateway.cli", "card", "check", "--batch"]
ROOT = Path(__file__).parents[2]
MEGABYTES = 5_000_000
Batch = subprocess.Popen[bytes]


@pytest.fixture
def batch() -> Iterator[Batch]:
    with subprocess.Popen(  # noqa: S603
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as started:
        yield started
        started.kill()


def answer(batch: Batch, line: bytes) -> tuple[object, object]:
    assert batch.stdin is not None
    assert batch.stdout is not None
    batch.stdin.write(line + b"\n")
    batch.stdin.flush()
    found = json.loads(batch.stdout.readline())
    return found["id"], found["outcome"]


def test_every_line_is_answered_before_the_next_is_written(batch: Batch, world: World) -> None:
    good = card_line(world, world.issue().certificate)
    long = good | {"id": 3, "pool": ["A" * MEGABYTES]}

    assert answer(batch, json.dumps(good | {"id": 1}).encode()) == (1, "accepted")
    assert answer(batch, b"") == (None, "refused")
    assert answer(batch, b"\x00\xff") == (None, "refused")
    assert answer(batch, b'{"id": 2}') == (2, "refused")
    assert answer(batch, json.dumps(long).encode()) == (3, "accepted")
    assert answer(batch, b"[" * MEGABYTES) == (None, "refused")
    assert answer(batch, json.dumps(good | {"id": 4, "crls": []}).encode()) == (4, "undetermined")


def test_at_the_end_of_the_input_it_ends(world: World) -> None:
    """A last line without its end is a line."""
    good = json.dumps(card_line(world, world.issue().certificate)).encode()
    for lines, answers in ((b"", 0), (b"\n", 1), (good + b"\n\n" + good, 3)):
        done = subprocess.run(COMMAND, input=lines, capture_output=True, cwd=ROOT, check=False)  # noqa: S603
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.count(b"\n") == answers
        assert done.stdout.isascii()


def test_no_setting_and_no_folder_is_looked_at(tmp_path: Path, world: World) -> None:
    good = json.dumps(card_line(world, world.issue().certificate)).encode()
    nowhere = str(tmp_path / "nowhere.toml")
    environment = {"GENKAN_CONFIG": nowhere, "PYTHONPATH": ":".join(sys.path)}

    done = subprocess.run(  # noqa: S603
        COMMAND, input=good, capture_output=True, cwd=tmp_path, env=environment, check=False
    )

    assert json.loads(done.stdout)["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n\n", [b"\n", b"\n"]),
        (b"a\nb", [b"a\n", b"b"]),
        (b"1234567\n", [b"1234567\n"]),
        (b"12345678\nb\n", [TOO_LONG, b"b\n"]),
        (b"x" * 50 + b"\nb\n", [TOO_LONG, b"b\n"]),
        (b"x" * 50, [TOO_LONG]),
    ],
)
def test_a_line_that_is_too_long_is_read_past(content: bytes, lines: list[bytes]) -> None:
    assert list(read_lines(io.BytesIO(content), limit=8)) == lines
