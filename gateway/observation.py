"""What is noted of every request and every failure: log files, metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Scope

from gateway.audit.access import access_entry
from gateway.audit.error_log import errors_noted
from gateway.audit.files import LogFiles
from gateway.audit.model import Entry
from gateway.clock import Clock
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.web.arrival import Arrival

_SIGN_INS = frozenset({"resident.signed_in", "resident.registered", "resident.refused"})
_CARDS = frozenset({"card.verified", "card.refused"})


@dataclass(frozen=True, slots=True)
class Observation:
    files: LogFiles
    metrics: Metrics
    clock: Clock

    def answered(self, arrival: Arrival, scope: Scope, status: int, seconds: float) -> None:
        self.files.write(access_entry(arrival, scope, status, seconds, self.clock()))
        self.metrics.observe(scope, status, seconds)

    def noted(self, entry: Entry) -> None:
        if entry.deed in _SIGN_INS:
            self.metrics.signed_in(entry.outcome)
        elif entry.deed in _CARDS:
            self.metrics.card_verified(entry.outcome)


@contextmanager
def observing(settings: Settings, clock: Clock) -> Iterator[Observation]:
    """For as long as the gateway runs. Raises SettingsError where nothing could be written."""
    directory = Path(settings.audit.directory)
    metrics = Metrics(directory / "metrics")
    files = LogFiles(directory, on_loss=metrics.log_line_lost)
    try:
        files.check()
        with errors_noted(files):
            yield Observation(files, metrics, clock)
    finally:
        files.close()
        metrics.close()
