"""The error log holds what our rooms report as failed: where and what class, never values."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.audit.error_log import ErrorLog, errors_noted
from gateway.audit.files import LogFiles
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.web.arrival import Arrival

log = logging.getLogger("gateway.somewhere")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECRET = "very-secret-value"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LogFiles]:
    files = LogFiles(tmp_path)
    with errors_noted(files):
        yield files
    files.close()


def noted(tmp_path: Path) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in tmp_path.glob("error/*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]


@pytest.mark.usefixtures("files")
def test_a_failure_is_told_with_its_class_and_place_and_no_value(tmp_path: Path) -> None:
    try:
        raise sqlite3.IntegrityError(f"UNIQUE failed: {SECRET}")
    except sqlite3.IntegrityError:
        log.exception("the %s is not ready\n[parameters: %s]", "store", SECRET)
    (line,) = noted(tmp_path)
    assert (line["kind"], line["outcome"], line["actor"]) == ("error", "failed", "gateway")
    detail = line["detail"]
    assert isinstance(detail, dict)
    place = detail.pop("place")
    assert place.split(":")[0].endswith("tests/audit/test_error_log.py")
    assert detail == {
        "logger": "gateway.somewhere",
        "message": "the store is not ready",
        "exception": "IntegrityError",
    }
    assert SECRET not in json.dumps(line)


@pytest.mark.usefixtures("files")
def test_the_request_is_told_where_the_failure_happened_in_one(tmp_path: Path) -> None:
    arrival = Arrival("0123456789abcdef", "2001:db8::1")
    log.error("it failed", extra={"arrival": arrival})
    log.error("it failed by itself")
    during, alone = noted(tmp_path)
    assert (during["request_id"], during["address"]) == ("0123456789abcdef", "2001:db8::1")
    assert (alone["request_id"], alone["address"]) == (None, None)


@pytest.mark.usefixtures("files")
def test_our_own_errors_are_noted_and_nothing_else(tmp_path: Path) -> None:
    logging.getLogger("plugins.crl").error("ours")
    log.warning("no error")
    logging.getLogger("sqlalchemy").error("not ours")
    assert [line["detail"] for line in noted(tmp_path)] == [
        {"logger": "plugins.crl", "message": "ours"}
    ]


def test_nothing_is_noted_after_the_gateway_has_ended(tmp_path: Path) -> None:
    files = LogFiles(tmp_path)
    with errors_noted(files):
        pass
    log.error("too late")
    assert noted(tmp_path) == []
    assert not [
        handler
        for name in ("gateway", "plugins")
        for handler in logging.getLogger(name).handlers
        if isinstance(handler, ErrorLog)
    ]


def test_a_log_that_cannot_be_written_is_no_endless_story(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The loss is reported through `logging`, and that report goes to the error log as well."""
    (tmp_path / "error").write_text("no folder")
    files = LogFiles(tmp_path)
    with errors_noted(files):
        log.error("it failed")
    assert files.lost == 2, "the line, and the report of its loss"
    assert sorted(record.name for record in caplog.records) == [
        "gateway.audit.files",
        "gateway.somewhere",
    ]


def test_the_loss_of_another_log_is_noted(tmp_path: Path, files: LogFiles) -> None:
    (tmp_path / "access").write_text("no folder")
    access = Entry(NOW, LogKind.ACCESS, "request.answered", Outcome.DONE, GATEWAY)
    files.write(access)
    (line,) = noted(tmp_path)
    assert "a line of the access log was lost" in json.dumps(line)


def test_a_record_that_cannot_be_told_takes_nobody_down(
    tmp_path: Path, files: LogFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.error("%d of them", "many")
    log.error("and on")
    assert [line["detail"] for line in noted(tmp_path)] == [
        {"logger": "gateway.somewhere", "message": "and on"}
    ]
    assert files.lost == 0
