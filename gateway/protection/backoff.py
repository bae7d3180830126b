"""How long the next try waits. Pure."""

from dataclasses import dataclass
from datetime import timedelta

SHORTEST = timedelta(seconds=1)
_LIMIT = 32


@dataclass(frozen=True, slots=True)
class Backoff:
    """`free` wrong tries are followed by no wait, the next one by `SHORTEST`, and each further one
    by twice as much, up to `longest`."""

    free: int
    longest: timedelta

    def wait_after(self, wrong: int) -> timedelta:
        if wrong <= self.free:
            return timedelta()
        doubled: timedelta = SHORTEST * (1 << min(wrong - self.free - 1, _LIMIT))
        return min(doubled, self.longest)
