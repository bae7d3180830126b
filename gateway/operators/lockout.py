"""How often somebody may guess: tries are counted before they are looked at.

- Per login name **and** network (IPv4 /24, IPv6 /64): the fifth wrong try is followed by a wait of
  1 second, each further one by twice as much, up to 15 minutes. Each is forgotten after a day.
- Per login name, from wherever: the same after 50 tries. It does not hold a network from which the
  person has signed in within 90 days, so that nobody locks a person out from somewhere else.
- Per address (IPv6 /64), whatever the name: the same after 100 tries within a quarter of an hour.

A complete sign-in forgets the tries under its own name and network, and its own under the other
two. Someone in the person's own network can still make them wait: a passkey, which cannot be
guessed, is never held. Names are hashed: some type a password there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.keys.hashing import KeyedHash
from gateway.protection.backoff import SHORTEST, Backoff
from gateway.store.api import Moments
from gateway.web.networks import neighbours

KIND = "operator-tries"
LONGEST_WAIT = timedelta(minutes=15)
_DAY = timedelta(days=1)
_KNOWN_FOR = timedelta(days=90)
_ADDRESS_WINDOW = timedelta(minutes=15)
# So many wrong tries are followed by no wait.
_FREE, _FREE_OF_NAME, _FREE_OF_ADDRESS = 4, 49, 99
# So many answers of nobody's an address leaves in the log within a quarter of an hour.
_TOLD_OF_NOBODY = 10
# 1, 2, 4, … 512 seconds, then the longest: what comes after is counted no more.
_STEPS = 10


@dataclass(frozen=True, slots=True)
class _Count:
    key: str
    free: int
    memory: timedelta


@dataclass(frozen=True, slots=True)
class _Taken:
    count: _Count
    number: int

    @property
    def waits(self) -> bool:
        return self.number >= self.count.free

    @property
    def wait(self) -> timedelta:
        return Backoff(self.count.free, LONGEST_WAIT).wait_after(self.number + 1)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that may be looked at. It counts as a wrong one until it is said to be none."""

    taken: tuple[_Taken, ...]
    known: str


@dataclass(frozen=True, slots=True)
class Held:
    """A try that is not looked at."""

    retry_after: timedelta
    first: bool
    """Nobody was told of this wait before."""


class Lockout:
    def __init__(self, moments: Moments, keyed_hash: KeyedHash) -> None:
        self._moments = moments
        self._keyed_hash = keyed_hash

    async def begin(self, login_name: str, address: str | None, now: datetime) -> Try | Held:
        """Of tries made at once, each has a number of its own: none slips through uncounted."""
        known = self._key("known", login_name, neighbours(address, 24))
        taken: list[_Taken] = []
        for count in await self._counts(login_name, address, known, now):
            found = await self._take(count, now)
            if isinstance(found, Held):
                for one in taken:
                    await self._give_back(one)
                return found
            taken.append(found)
        return Try(tuple(taken), known)

    async def take_back(self, found: Try) -> None:
        """The try was not wrong, and nobody has signed in by it yet."""
        for one in found.taken:
            await self._give_back(one)

    async def succeed(self, found: Try) -> None:
        """The right person has signed in."""
        own, *others = found.taken
        for number in range(own.count.free + _STEPS):
            await self._moments.drop(KIND, f"{own.count.key}/{number}")
        await self._end_wait(own.count.key)
        for one in others:
            await self._give_back(one)
        await self._moments.put(KIND, found.known, b"", _KNOWN_FOR)

    async def is_told_of_nobody(self, address: str | None) -> bool:
        """Whether one more answer from there that names nobody is worth a line of the log: whoever
        sends them without end, which costs them nothing, does not fill it."""
        key = self._key("nobody", neighbours(address))
        for number in range(_TOLD_OF_NOBODY):
            if await self._moments.claim(KIND, f"{key}/{number}", _ADDRESS_WINDOW):
                return True
        return False

    async def _counts(
        self, login_name: str, address: str | None, known: str, now: datetime
    ) -> list[_Count]:
        """The person's own comes first."""
        window = int(now.timestamp() // _ADDRESS_WINDOW.total_seconds())
        own = self._key("name-network", login_name, neighbours(address, 24))
        counts = [
            _Count(own, _FREE, _DAY),
            _Count(
                self._key("address", neighbours(address), str(window)),
                _FREE_OF_ADDRESS,
                _ADDRESS_WINDOW,
            ),
        ]
        if await self._moments.get(KIND, known) is None:
            counts.append(_Count(self._key("name", login_name), _FREE_OF_NAME, _DAY))
        return counts

    async def _take(self, count: _Count, now: datetime) -> _Taken | Held:
        until = await self._moments.get(KIND, f"{count.key}/until")
        if until is not None:
            return await self._held(count, until, now)
        taken = await self._number(count)
        if not taken.waits:
            return taken
        if await self._moments.claim(KIND, f"{count.key}/wait", taken.wait):
            end = (now + taken.wait).isoformat().encode()
            await self._moments.put(KIND, f"{count.key}/until", end, taken.wait)
            return taken
        await self._release(taken)
        return await self._held(count, None, now)

    async def _number(self, count: _Count) -> _Taken:
        """A number that nobody has, among the lowest. Wrong tries keep theirs: there are only so
        many below those that wait."""
        number, last = 0, count.free + _STEPS
        above = last
        while number < above:
            middle = (number + above) // 2
            if await self._moments.get(KIND, f"{count.key}/{middle}") is None:
                above = middle
            else:
                number = middle + 1
        while number < last and not await self._moments.claim(
            KIND, f"{count.key}/{number}", count.memory
        ):
            number += 1
        return _Taken(count, number)

    async def _release(self, taken: _Taken) -> None:
        await self._moments.drop(KIND, f"{taken.count.key}/{taken.number}")

    async def _held(self, count: _Count, until: bytes | None, now: datetime) -> Held:
        left = timedelta() if until is None else datetime.fromisoformat(until.decode()) - now
        retry_after = max(left, SHORTEST)
        first = await self._moments.claim(KIND, f"{count.key}/told", retry_after)
        return Held(retry_after, first)

    async def _give_back(self, taken: _Taken) -> None:
        await self._release(taken)
        if taken.waits:
            await self._end_wait(taken.count.key)

    async def _end_wait(self, key: str) -> None:
        for part in ("wait", "until", "told"):
            await self._moments.drop(KIND, f"{key}/{part}")

    def _key(self, *parts: str) -> str:
        return self._keyed_hash.hash("operator-tries", *parts)
