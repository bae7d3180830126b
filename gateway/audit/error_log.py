"""The error log: what our own rooms report through `logging` as failed, as entries."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from gateway.audit.files import LogFiles
from gateway.audit.model import GATEWAY, Entry, LogKind, Origin, Outcome
from gateway.web.arrival import Arrival

_OURS = ("gateway", "plugins")
_LONGEST_MESSAGE, _LONGEST_PLACE = 300, 120


class ErrorLog(logging.Handler):
    """`log.error(..., extra={"arrival": arrival})` says during which request it was."""

    def __init__(self, files: LogFiles) -> None:
        super().__init__(logging.ERROR)
        self._files = files

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._files.write(error_entry(record))
        except Exception:  # noqa: BLE001 - whoever reports a failure is not given another
            self.handleError(record)


@contextmanager
def errors_noted(files: LogFiles) -> Iterator[None]:
    """For as long as the gateway runs: what went wrong goes to the files, too."""
    handler = ErrorLog(files)
    for name in _OURS:
        logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        for name in _OURS:
            logging.getLogger(name).removeHandler(handler)


def error_entry(record: logging.LogRecord) -> Entry:
    """The message's first line: what a driver says of a statement's values comes below it. Of the
    exception its class and place only: its text may hold what a request brought."""
    arrival = getattr(record, "arrival", None)
    message = record.getMessage().partition("\n")[0]
    detail = {"logger": record.name, "message": message[:_LONGEST_MESSAGE]}
    if record.exc_info and (error := record.exc_info[1]) is not None:
        detail |= {"exception": type(error).__qualname__, "place": _place(error)}
    return Entry(
        at=datetime.fromtimestamp(record.created, UTC),
        kind=LogKind.ERROR,
        deed="failure.reported",
        outcome=Outcome.FAILED,
        origin=Origin(GATEWAY.actor, arrival.address, arrival.request_id)
        if isinstance(arrival, Arrival)
        else GATEWAY,
        detail=detail,
    )


def _place(error: BaseException) -> str:
    """The last line it was raised through: a name of a file and a number, no values."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        place = f"{frame.f_code.co_filename}:{line}"
    return place[-_LONGEST_PLACE:]
