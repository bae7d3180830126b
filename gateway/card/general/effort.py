"""How much work one validation may make, whatever certificates are handed in."""

from gateway.card.api import Reason
from gateway.card.general.model import FinalError

# One unit is about a microsecond.
LIMIT = 50_000
SIGNATURE = 350
PATH = 1_000
COMPARISON = 1


class Effort:
    """What is left of it, over all paths that are tried."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._left = limit

    def spend(self, units: int) -> None:
        self._left -= units
        if self._left < 0:
            raise EffortExhaustedError


class EffortExhaustedError(FinalError):
    """Ends the whole search: what else may be found is not known."""

    def __init__(self) -> None:
        super().__init__(Reason.PATH_TOO_COMPLEX, "the bound on the work for one path is reached")
