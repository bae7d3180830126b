"""How the servers log: one line an event, to stderr, in UTC; our own rooms from INFO on."""

import logging
import time
from typing import Any

_FORMAT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
FAILURE_IS_LOGGED = "gateway.failure_is_logged"
"""A mark in a request's scope: what went wrong stands in the log already, under its number."""
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), 127)}


class OneLine(logging.Formatter):
    """What a request brought cannot begin a line of its own; a traceback may follow the line."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return super().formatMessage(record).translate(_CONTROL)


def log_configuration() -> dict[str, Any]:
    """For `logging.config.dictConfig`. Libraries speak from WARNING on: the database driver's DEBUG
    lines hold what is written into the store."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one-line": {"()": OneLine, "fmt": _FORMAT}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one-line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "gateway": {"level": "INFO"},
            "plugins": {"level": "INFO"},
            "_granian": {"level": "WARNING"},
        },
    }
