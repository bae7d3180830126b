"""Counts of several workers add up, outlive them, and take no more room than they were given."""

import multiprocessing
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.store.count_file import FILE_BYTES
from gateway.store.counts import Counts, series

NAME = series("visits", "_total", {"door": "front"}, "Visits")


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[Counts]:
    counts = Counts(tmp_path)
    yield counts
    counts.close()


def total(counts: Counts) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(counts.text().decode())
        for sample in family.samples
        if sample.name == "visits_total"
    )


def _count_and_die(directory: Path, times: int) -> None:
    counts = Counts(directory)
    for _ in range(times):
        counts.count(NAME)
    os.kill(os.getpid(), signal.SIGKILL)


def _worker(directory: Path, times: int) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_count_and_die, args=(directory, times)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def test_a_worker_that_dies_takes_nothing_with_it_and_leaves_its_place(
    counts: Counts, tmp_path: Path
) -> None:
    counts.count(NAME)
    for _ in range(3):
        _worker(tmp_path, 1_000)
    assert total(counts) == 3_001
    assert len(list(tmp_path.glob("counter_*.db"))) == 2, "one a worker at one time"


def test_a_restart_counts_on(tmp_path: Path) -> None:
    for _ in range(3):
        counts = Counts(tmp_path)
        counts.count(NAME, 2)
        counts.close()
    last = Counts(tmp_path)
    assert total(last) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0.lock",
        "counter_0.db",
        "histogram_0.db",
    ]
    last.close()


def test_nobody_else_on_the_host_reads_them(tmp_path: Path) -> None:
    counts = Counts(tmp_path / "metrics")
    counts.close()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "metrics").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "metrics").stat().st_mode) == 0o700


def test_a_file_has_all_its_blocks_so_that_a_full_disk_ends_no_process(
    counts: Counts, tmp_path: Path
) -> None:
    counts.count(NAME)
    for path in tmp_path.glob("*.db"):
        found = path.stat()
        assert (found.st_size, found.st_blocks * 512) >= (FILE_BYTES, FILE_BYTES)


def test_what_there_is_no_room_for_is_not_counted_and_the_rest_is(
    counts: Counts, tmp_path: Path
) -> None:
    counts.count(NAME)
    for number in range(FILE_BYTES // 1_000 + 100):
        counts.count(series("many", "_total", {"number": f"{number:0900}"}, "Many"))
    counts.count(NAME)
    assert total(counts) == 2
    assert {path.stat().st_size for path in tmp_path.glob("*.db")} == {FILE_BYTES}


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 7, b"\xff" * FILE_BYTES, b"\x40\x00\x00\x00" + b"\x00" * (FILE_BYTES - 4)],
    ids=["empty", "short", "odd", "nameless"],
)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "counter_0.db").write_bytes(content)
    counts = Counts(tmp_path)
    counts.count(NAME)
    assert total(counts) == 1
    counts.close()


def test_what_comes_after_the_end_is_not_counted(tmp_path: Path) -> None:
    counts, other = Counts(tmp_path), Counts(tmp_path)
    counts.close()
    counts.count(NAME)
    counts.observe(NAME, NAME, 1)
    counts.begin(NAME)
    counts.close()
    assert total(other) == 0
    other.close()
