"""Access, communication and error logs: what stands in a line, and what a disk may do to it."""

import json
import logging
import multiprocessing
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gateway.audit.files import LogFiles
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.errors import SettingsError

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
ORIGIN = Origin("client:shop", "2001:db8::1", "0123456789abcdef")


def entry(at: datetime = NOW, kind: LogKind = LogKind.ACCESS, **detail: str) -> Entry:
    return Entry(at, kind, "request.answered", Outcome.DONE, ORIGIN, detail=detail)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LogFiles]:
    files = LogFiles(tmp_path / "log")
    yield files
    files.close()


def day_file(tmp_path: Path, day: str = "2026-11-21", kind: str = "access") -> Path:
    return tmp_path / "log" / kind / f"{day}.jsonl"


def lines(path: Path) -> list[dict[str, object]]:
    text = path.read_bytes()
    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def test_the_day_is_that_of_the_entry_in_utc(files: LogFiles, tmp_path: Path) -> None:
    tokyo = timezone(timedelta(hours=9))
    files.write(entry(datetime(2026, 11, 22, 8, 59, 59, tzinfo=tokyo)))
    files.write(entry(datetime(2026, 11, 22, 9, 0, 0, tzinfo=tokyo)))
    files.write(entry(datetime(2026, 11, 21, 23, 59, 59, 7, tzinfo=UTC)))
    assert [line["at"] for line in lines(day_file(tmp_path))] == [
        "2026-11-21T23:59:59.000000Z",
        "2026-11-21T23:59:59.000007Z",
    ]
    assert len(lines(day_file(tmp_path, "2026-11-22"))) == 1


def test_nobody_else_on_the_host_reads_them(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry())
    path = day_file(tmp_path)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


@pytest.mark.parametrize("kind", [LogKind.OPERATION, LogKind.AUTHENTICATION, LogKind.EVENT])
def test_what_is_sealed_in_the_table_goes_to_no_file(
    files: LogFiles, tmp_path: Path, kind: LogKind
) -> None:
    with pytest.raises(ValueError, match="kept with what they describe"):
        files.write(entry(kind=kind))
    assert not (tmp_path / "log").exists()


def _write_many(directory: Path, worker: str) -> None:
    files = LogFiles(directory)
    for number in range(500):
        files.write(entry(worker=worker, number=str(number), padding="x" * 2_000))
    files.close()


def test_several_workers_write_the_same_file_and_every_line_is_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_write_many, args=(tmp_path / "log", str(number)))
        for number in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    found = [line["detail"] for line in lines(day_file(tmp_path))]
    assert len(found) == 1_500
    for number in "012":
        mine = [one["number"] for one in found if isinstance(one, dict) and one["worker"] == number]
        assert mine == [str(count) for count in range(500)]


def test_a_line_is_there_as_soon_as_it_is_written(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry())
    assert len(lines(day_file(tmp_path))) == 1


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file of this process may be larger: the kernel cuts the write off as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_once_a_minute_and_takes_nobody_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lost: list[None] = []
    files = LogFiles(tmp_path / "log", on_loss=lambda: lost.append(None))
    files.write(entry(number="0"))
    with disk_of(day_file(tmp_path).stat().st_size + 20):
        for second in range(0, 100, 10):
            files.write(entry(NOW + timedelta(seconds=second)))
    assert files.lost == len(lost) == 10
    told = [record for record in caplog.records if record.name == "gateway.audit.files"]
    assert [record.levelno for record in told] == [logging.ERROR] * 2
    assert "audit.directory" in told[0].getMessage()

    files.write(entry(number="11"))
    files.close()
    first, torn, last, end = day_file(tmp_path).read_bytes().split(b"\n")
    assert len(torn) == 20
    assert end == b""
    assert [json.loads(line)["detail"]["number"] for line in (first, last)] == ["0", "11"]


def test_a_line_cut_off_by_a_sudden_death_does_not_spoil_the_next(
    files: LogFiles, tmp_path: Path
) -> None:
    path = day_file(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"at":"2026')
    files.write(entry())
    torn, whole, end = path.read_bytes().split(b"\n")
    assert (torn, end) == (b'{"at":"2026', b"")
    assert json.loads(whole)["kind"] == "access"


def test_a_folder_or_file_that_went_away_is_made_again(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry(number="0"))
    path = day_file(tmp_path)
    path.unlink()
    path.parent.rmdir()
    files.write(entry(number="1"))
    assert [line["detail"] for line in lines(path)] == [{"number": "1"}]
    assert files.lost == 0


def test_a_line_is_not_written_through_a_link(files: LogFiles, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path = day_file(tmp_path)
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere)
    files.write(entry())
    assert files.lost == 1
    assert not elsewhere.exists()


def test_no_descriptor_is_left_open_over_the_days(files: LogFiles) -> None:
    files.write(entry())
    before = len(os.listdir("/proc/self/fd"))
    for day in range(50):
        files.write(entry(NOW + timedelta(days=day)))
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_start_stops_where_no_line_could_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(SettingsError, match=r"^audit\.directory: "):
        LogFiles(tmp_path / "taken").check()
    LogFiles(tmp_path / "log").check()
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == [
        "access",
        "communication",
        "error",
    ]
    assert not list((tmp_path / "log").glob("*/*")), "the trial leaves nothing behind"


def test_a_day_goes_when_its_last_line_is_older_than_what_is_kept(
    files: LogFiles, tmp_path: Path
) -> None:
    for day in ("2025-11-19", "2025-11-20", "2025-11-21", "2026-11-21"):
        files.write(entry(datetime.fromisoformat(f"{day}T23:59:59+00:00")))
    files.write(entry(datetime(2025, 1, 1, tzinfo=UTC), LogKind.ERROR))
    others = [tmp_path / "log" / "access" / name for name in ("1999.jsonl", "2020-99-99.jsonl")]
    for path in others:
        path.write_text("")
    assert files.remove_expired(NOW, YEAR) == [
        "access/2025-11-19.jsonl",
        "access/2025-11-20.jsonl",
        "error/2025-01-01.jsonl",
    ]
    left = sorted(path.name for path in (tmp_path / "log" / "access").glob("20*"))
    assert left == ["2020-99-99.jsonl", "2025-11-21.jsonl", "2026-11-21.jsonl"]
    assert all(path.exists() for path in others)
    assert files.remove_expired(NOW, YEAR) == []


def test_nothing_is_kept_for_less_than_a_year(files: LogFiles, tmp_path: Path) -> None:
    files.write(entry(NOW - timedelta(days=4_000)))
    with pytest.raises(ValueError, match="365"):
        files.remove_expired(NOW, YEAR - timedelta(seconds=1))
    assert day_file(tmp_path, "2015-12-09").exists()


def test_before_the_first_line_there_is_nothing_to_remove(files: LogFiles) -> None:
    assert files.remove_expired(NOW, YEAR) == []
