"""One event is one line, whatever a request brought; libraries do not chat."""

import logging
import logging.config
from collections.abc import Iterator

import pytest

from gateway.logs import log_configuration

EVENING = 1_795_285_800.25  # 2026-11-21T18:30:00.250Z


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    names = (None, "gateway", "plugins", "_granian")
    before = [
        (logger := logging.getLogger(name), logger.level, logger.handlers[:]) for name in names
    ]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def line_of(message: str, *values: object) -> str:
    logging.config.dictConfig(log_configuration())
    (handler,) = logging.getLogger().handlers
    record = logging.LogRecord("gateway.card", logging.INFO, "x.py", 1, message, values, None)
    record.created, record.msecs = EVENING, 250.0
    return handler.format(record)


def test_a_line_has_its_time_in_utc_its_level_and_its_room() -> None:
    assert line_of("it is %s", "late") == "2026-11-21T18:30:00.250Z INFO gateway.card: it is late"


def test_what_a_request_brought_begins_no_line_of_its_own() -> None:
    line = line_of("asked for %s", "x\n2026-11-21T18:30:00Z INFO gateway: all is well\x1b[2J")
    assert line.count("\n") == 0
    assert "\x1b" not in line
    assert "x\\x0a2026" in line


@pytest.mark.parametrize("name", ["asyncpg", "sqlalchemy.engine", "redis", "httpx2", "asyncio"])
def test_no_library_speaks_below_warning(name: str) -> None:
    logging.config.dictConfig(log_configuration())
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


@pytest.mark.parametrize("name", ["gateway.web.errors", "plugins.crl.files"])
def test_our_own_rooms_speak_from_info_on(name: str) -> None:
    logging.config.dictConfig(log_configuration())
    assert logging.getLogger(name).isEnabledFor(logging.INFO)
    assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
