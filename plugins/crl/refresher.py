"""Fetches the configured addresses again and again, one process for all; slower while one fails."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from plugins.crl.admission import Admission
from plugins.crl.atomic import replacing
from plugins.crl.errors import UnusableError
from plugins.crl.fetch import LONGEST_SECONDS, fetch
from plugins.crl.index import RevocationList
from plugins.crl.receiving import Receiving, Tell
from plugins.crl.settings import CrlSettings

logger = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
FIRST_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SourceState:
    """How the last attempt at one address went. All workers share it."""

    tried_at: datetime | None = None
    failures: int = 0
    """In a row."""
    problem: str | None = None

    def next_at(self, interval: timedelta) -> datetime | None:
        """None: now."""
        if self.tried_at is None:
            return None
        doublings = min(self.failures - 1, 16)
        pause = interval if not self.failures else min(FIRST_PAUSE * 2**doublings, interval)
        return self.tried_at + pause

    def is_due(self, interval: timedelta, now: datetime) -> bool:
        next_at = self.next_at(interval)
        was_set_back = self.tried_at is not None and self.tried_at > now
        return next_at is None or next_at <= now or was_set_back


@dataclass(frozen=True, slots=True)
class Refresher:
    settings: CrlSettings
    admission: Admission
    longest_seconds: float = LONGEST_SECONDS
    """How long one list may take to come."""

    async def forever(self, clock: Callable[[], datetime]) -> None:
        while self.settings.sources:
            for url in self.settings.sources:
                try:
                    await self._if_due(url, clock())
                except Exception:
                    logger.exception("CRL source %s failed; it is tried again", url)
            await asyncio.sleep(ROUND_SECONDS)

    async def fetch(self, url: str, now: datetime, tell: Tell) -> tuple[str, RevocationList]:
        """Now, whether it is due or not. Raises UnusableError, or OSError."""
        before = self.state(url)
        # Until it is known to have gone well, it has not: a process may be stopped in between.
        self._keep(url, SourceState(now, before.failures + 1, "it was not finished"))
        try:
            with self.admission.partial() as partial:
                await self._receive(url, partial, tell)
                taken = await asyncio.to_thread(self.admission.take, partial, now)
        except (OSError, UnusableError) as error:
            self._keep(url, SourceState(now, before.failures + 1, str(error)))
            raise
        self._keep(url, SourceState(now))
        return taken

    async def _receive(self, url: str, partial: Path, tell: Tell) -> None:
        with partial.open("wb") as file:
            receiving = Receiving(file, self.settings.max_file_bytes, tell)
            await fetch(url, self.settings.programs, receiving, self.longest_seconds)

    def state(self, url: str) -> SourceState:
        try:
            kept = json.loads(self._file(url).read_bytes())
            tried_at = datetime.fromisoformat(kept["tried_at"])
            return SourceState(tried_at, int(kept["failures"]), kept["problem"])
        except (OSError, ValueError, KeyError, TypeError):
            return SourceState()

    async def _if_due(self, url: str, now: datetime) -> None:
        with self.admission.indices.claimed(self._file(url).name) as is_ours:
            if not is_ours or not self.state(url).is_due(self.settings.refresh_interval, now):
                return
            try:
                name, _ = await self.fetch(url, now, lambda _, __: None)
                logger.info("CRL source %s: fetched as %s", url, name)
            except (OSError, UnusableError) as error:
                logger.warning("CRL source %s: %s; what is there is used on", url, error)

    def _keep(self, url: str, state: SourceState) -> None:
        if state.tried_at is None:
            return
        self.admission.indices.prepare()
        kept = {
            "tried_at": state.tried_at.isoformat(),
            "failures": state.failures,
            "problem": state.problem,
        }
        with replacing(self._file(url)) as file:
            file.write(json.dumps(kept).encode())

    def _file(self, url: str) -> Path:
        digest = hashlib.sha256(url.encode()).hexdigest()[:32]
        return self.admission.indices.path / f"source-{digest}.json"
