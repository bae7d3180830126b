"""How much at once: token buckets in this process, one for each sender.

No store is asked. A bucket is one number, the moment at which it will be full again (GCRA).
"""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 16_384
"""So many buckets are kept, those that were used last; one that is forgotten is a full one."""
_ROUNDING = 1e-6


class Buckets:
    """Each lets `burst` through at once, and `per_minute` in the long run."""

    def __init__(
        self,
        per_minute: int,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self._interval = 60 / per_minute
        self._depth = burst * self._interval + _ROUNDING
        self._monotonic = monotonic
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str) -> float:
        """0: it may go on. Else in how many seconds there is room for one more; who asks before
        that makes the wait no longer."""
        now = self._monotonic()
        full_at = self._full_at.get(key, now)
        after = (now if full_at < now else full_at) + self._interval
        wait = after - now - self._depth
        if wait <= 0:
            self._full_at[key] = after
            wait = 0.0
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return wait
