"""What has to be done now and then, by one worker of all: seals, and the end of old logs."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.files import LogFiles
from gateway.audit.log import AuditLog
from gateway.audit.retention import remove_expired
from gateway.audit.sealing import Sealing
from gateway.clock import Clock
from gateway.settings import Audit
from gateway.store.api import Moments, Records

log = logging.getLogger(__name__)
_DAY = timedelta(days=1)
_KIND = "housekeeping"


@dataclass(frozen=True, slots=True)
class Housekeeping:
    records: Records
    moments: Moments
    audit: AuditLog
    sealing: Sealing
    files: LogFiles
    settings: Audit
    clock: Clock

    async def once(self) -> None:
        """What is due now, and nobody else has begun."""
        now = self.clock()
        # A little less than the pause, or every second round would find the claim still there.
        pause = timedelta(seconds=self.settings.seal_seconds * 0.9)
        if not await self.moments.claim(_KIND, "seal", pause):
            return
        if await self.moments.claim(_KIND, "logs", _DAY):
            await self._remove_old_logs(now)
        # After it: until the entry that tells of a removal is sealed, it proves nothing.
        await self.sealing.seal(now)

    async def _remove_old_logs(self, now: datetime) -> None:
        keep = timedelta(days=self.settings.retention_days)
        await remove_expired(self.records, self.audit, now, keep)
        await asyncio.to_thread(self.files.remove_expired, now, keep)
        # Deletions by day, too, where a reader was in the way of them.
        await self.records.overwrite_deleted()


@asynccontextmanager
async def kept(housekeeping: Housekeeping) -> AsyncIterator[None]:
    """For as long as the gateway runs. A round that fails is told, and the next one is made."""

    async def forever() -> None:
        while True:
            await asyncio.sleep(housekeeping.settings.seal_seconds)
            try:
                await housekeeping.once()
            except Exception:
                log.exception("housekeeping failed; it is tried again")

    task = asyncio.create_task(forever())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
