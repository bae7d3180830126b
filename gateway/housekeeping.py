"""What has to be done now and then, by one worker of all: seals, the end of old logs, bound
certificates that are looked at again, and services that have to be told of a sign-out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gateway.audit.files import LogFiles
from gateway.audit.log import AuditLog
from gateway.audit.retention import remove_expired
from gateway.audit.sealing import Sealing
from gateway.clock import Clock
from gateway.residents.sweep import Sweep
from gateway.settings import Audit
from gateway.store.api import Moments, Records

log = logging.getLogger(__name__)
_DAY = timedelta(days=1)
_KIND = "housekeeping"
SWEEP_SECONDS = 30
"""How long a new list waits at most, besides those before it."""
LOGOUT_SECONDS = 10
"""How long a sign-out waits that nobody could send right away."""


class SignOuts(Protocol):
    """What the OpenID provider has to tell services; a neighbour's room, so it is handed in."""

    async def once(self) -> None: ...

    async def forget(self, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Housekeeping:
    records: Records
    moments: Moments
    audit: AuditLog
    sealing: Sealing
    sweep: Sweep
    sign_outs: SignOuts
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
            await self.sign_outs.forget(now)
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
    """For as long as the gateway runs. Seals do not wait for a sweep, which may be long."""
    rounds = (
        _forever(housekeeping.settings.seal_seconds, housekeeping.once),
        _forever(SWEEP_SECONDS, housekeeping.sweep.once),
        _forever(LOGOUT_SECONDS, housekeeping.sign_outs.once),
    )
    tasks = [asyncio.create_task(each) for each in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(pause: float, once: Callable[[], Awaitable[None]]) -> None:
    """A round that fails is told, and the next one is made."""
    while True:
        await asyncio.sleep(pause)
        try:
            await once()
        except Exception:
            log.exception("housekeeping failed; it is tried again")
