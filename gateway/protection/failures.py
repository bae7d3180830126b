"""How often something went wrong, for whom and from where; and who has to wait for it.

The number is kept in the moments, where all workers count on it, and is asked for only when
something went wrong: who succeeds waits for no store. A wait is known to the worker in which it
began; another one learns of it from the number, at the next failure there.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.keys.hashing import KeyedHash
from gateway.protection.backoff import Backoff
from gateway.store.api import Moments
from gateway.web.networks import neighbours

KIND = "failures"
MOST = 16_384
"""So many waits are known at once, the latest ones."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`memory`: failures are forgotten so long after the first of them."""

    what: str
    backoff: Backoff
    memory: timedelta = timedelta(minutes=15)
    holds: bool = True
    """False: it is noticed only. Somebody else could bring these failures about."""


@dataclass(frozen=True, slots=True)
class Failed:
    times: int
    wait: timedelta


class Failures:
    """Always of somebody at one address (IPv6: one /64), never of a name alone: nobody locks out
    from somewhere else whose name they know."""

    def __init__(self, moments: Moments, keyed_hash: KeyedHash) -> None:
        self._moments = moments
        self._keyed_hash = keyed_hash
        self._until: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def left(self, rule: Rule, who: str, address: str | None, now: datetime) -> timedelta:
        """How long they have to wait yet. No store is asked."""
        if not self._until:
            return timedelta()
        until = self._until.get((rule.what, who, neighbours(address)))
        left = timedelta() if until is None else until - now
        # A clock that was set back makes nobody wait for longer.
        return left if timedelta() < left <= rule.backoff.longest else timedelta()

    async def count(self, rule: Rule, who: str, address: str | None, now: datetime) -> Failed:
        """One more. Who has to wait for it waits from now on."""
        place = neighbours(address)
        key = self._keyed_hash.hash(KIND, rule.what, who, place)
        times = await self._moments.count(KIND, key, rule.memory)
        wait = rule.backoff.wait_after(times)
        if wait and rule.holds:
            self._until[rule.what, who, place] = now + wait
            self._until.move_to_end((rule.what, who, place))
            if len(self._until) > MOST:
                self._until.popitem(last=False)
        return Failed(times, wait)
