"""Moments in this process: the embedded default. They end with it."""

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import Clock
from gateway.store.api import Redeemed, Replayed

Key = tuple[str, str]

_FEW = 32


@dataclass(frozen=True, slots=True)
class _Kept:
    value: bytes
    expires_at: datetime
    redeemed: bool = False


class MemoryMoments:
    """One event loop is one line of takers: no method awaits between looking and changing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[Key, _Kept] = {}
        self._ends: list[tuple[datetime, Key]] = []

    async def put(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> None:
        self._keep((kind, key), value, lifetime)

    async def get(self, kind: str, key: str) -> bytes | None:
        kept = self._look((kind, key))
        return None if kept is None or kept.redeemed else kept.value

    async def replace(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> bool:
        kept = self._look((kind, key))
        if kept is None or kept.redeemed:
            return False
        self._keep((kind, key), value, lifetime)
        return True

    async def take(self, kind: str, key: str) -> bytes | None:
        kept = self._look((kind, key))
        if kept is None or kept.redeemed:
            return None
        del self._kept[kind, key]
        return kept.value

    async def redeem(self, kind: str, key: str, memory: timedelta) -> Redeemed | Replayed | None:
        kept = self._look((kind, key))
        if kept is None:
            return None
        if kept.redeemed:
            return Replayed(kept.value)
        self._keep((kind, key), kept.value, memory, redeemed=True)
        return Redeemed(kept.value)

    async def claim(self, kind: str, key: str, lifetime: timedelta) -> bool:
        if self._look((kind, key)) is not None:
            return False
        self._keep((kind, key), b"", lifetime)
        return True

    async def count(self, kind: str, key: str, lifetime: timedelta, by: int = 1) -> int:
        kept = self._look((kind, key))
        number = by + (0 if kept is None else int(kept.value))
        if number < 1:
            self._kept.pop((kind, key), None)
            return 0
        left = lifetime if kept is None else kept.expires_at - self._clock()
        self._keep((kind, key), str(number).encode(), left)
        return number

    async def drop(self, kind: str, key: str) -> None:
        self._kept.pop((kind, key), None)

    async def check(self) -> None:
        """This process answers, or it would not be asked."""

    async def close(self) -> None:
        self._kept.clear()
        self._ends.clear()

    def _look(self, key: Key) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and kept.expires_at > self._clock() else None

    def _keep(self, key: Key, value: bytes, lifetime: timedelta, *, redeemed: bool = False) -> None:
        now = self._clock()
        self._forget_ended(now)
        expires_at = now + lifetime
        self._kept[key] = _Kept(value, expires_at, redeemed)
        heapq.heappush(self._ends, (expires_at, key))
        if len(self._ends) > 2 * len(self._kept) + _FEW:
            self._rewrite_ends()

    def _forget_ended(self, now: datetime) -> None:
        """Every keep pays for the ends before it; a moment that was prolonged has a later one."""
        while self._ends and self._ends[0][0] <= now:
            _, key = heapq.heappop(self._ends)
            kept = self._kept.get(key)
            if kept is not None and kept.expires_at <= now:
                del self._kept[key]

    def _rewrite_ends(self) -> None:
        """Taken and prolonged moments leave ends that mean nothing. Rewriting when most are such
        costs each keep a constant share."""
        self._ends = [(kept.expires_at, key) for key, kept in self._kept.items()]
        heapq.heapify(self._ends)
