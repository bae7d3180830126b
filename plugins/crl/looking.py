"""When the directory is looked at: in the background, off the event loop, one look at a time."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from gateway.card.api import Anchor
from plugins.crl.files import CrlFiles

logger = logging.getLogger(__name__)

LEAST_PAUSE = timedelta(seconds=1)
FIRST_LOOK_SECONDS = 5.0
"""How long a question waits for the first look, which may have to index a large list."""


class Looks:
    def __init__(self, files: CrlFiles, interval: timedelta) -> None:
        self._files = files
        self._interval = interval
        self.anchors: dict[str, Anchor] = {}
        """By fingerprint. One that nobody told of is known from its first certificate on."""
        self._looked_at: datetime | None = None
        self._looked_with = 0
        self._running: asyncio.Task[None] | None = None

    @property
    def done(self) -> bool:
        """Whether there was a look with all CAs that are known."""
        return self._looked_at is not None and self._looked_with == len(self.anchors)

    def know(self, anchors: Sequence[Anchor]) -> None:
        for anchor in anchors:
            self.anchors.setdefault(anchor.fingerprint, anchor)

    async def look(self, now: datetime, anchors: Sequence[Anchor]) -> None:
        """Whoever finds the last look too old begins a new one, and is answered from the last.
        Only before the first, for a CA, does anybody wait; and for every look that they begin
        themselves, where the setting says to look at every verification."""
        self.know(anchors)
        if not self._is_running() and not self._is_recent(now):
            begun = self._begin(now)
            if not self._interval:
                await asyncio.shield(begun)
        while not self.done:
            task = self._running if self._is_running() else None
            ended, _ = await asyncio.wait([task or self._begin(now)], timeout=FIRST_LOOK_SECONDS)
            if not ended:
                return

    async def forever(self, clock: Callable[[], datetime]) -> None:
        pause = max(self._interval, LEAST_PAUSE).total_seconds()
        while True:
            await self.look(clock(), [])
            await asyncio.sleep(pause)

    def _begin(self, now: datetime) -> asyncio.Task[None]:
        self._running = asyncio.create_task(self._look(now))
        return self._running

    def _is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    def _is_recent(self, now: datetime) -> bool:
        recent = self._looked_at is not None and abs(now - self._looked_at) < self._interval
        return recent and self.done

    async def _look(self, now: datetime) -> None:
        anchors = dict(self.anchors)
        try:
            await asyncio.to_thread(self._files.refresh, anchors, now)
        except Exception:
            # What was read before stays; the next look may find it mended.
            logger.exception("the CRL directory could not be read")
        self._looked_at, self._looked_with = now, len(anchors)
