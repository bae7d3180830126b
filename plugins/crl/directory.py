"""The revocation source: what the CRLs of a directory say of one certificate."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from gateway.card.api import (
    Anchor,
    CertificatePath,
    CertificateStatus,
    Evidence,
    RevokedCertificates,
    ValidationContext,
)
from plugins.crl.admission import Admission
from plugins.crl.decision import IN_THE_FUTURE, NO_POINT, NOT_COVERED, SOURCE, decide, unknown
from plugins.crl.distribution_point import distribution_point_of
from plugins.crl.files import CrlFiles
from plugins.crl.index_folder import IndexFolder
from plugins.crl.listing import list_revoked
from plugins.crl.looking import Looks
from plugins.crl.memory import scope_of
from plugins.crl.refresher import Refresher
from plugins.crl.settings import read_settings


class CrlDirectory:
    """Only a fresh list of the certificate's own issuer and distribution point says GOOD."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        checked = self._settings = read_settings(settings)
        self._indices = IndexFolder(checked.index_directory, checked.max_file_bytes)
        self._files = CrlFiles(checked.directory, self._indices)
        self._looks = Looks(self._files, checked.check_interval)

    def trust(self, anchors: Sequence[Anchor]) -> None:
        self._looks.know(anchors)

    @asynccontextmanager
    async def kept(self, clock: Callable[[], datetime]) -> AsyncIterator[None]:
        """While the gateway runs: the directory is looked at and the sources are fetched, whether
        anybody asks or not."""
        admission = Admission(self._settings.directory, self._indices, dict(self._looks.anchors))
        work = (self._looks.forever(clock), Refresher(self._settings, admission).forever(clock))
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        await self._looks.look(context.now, [path.anchor])
        point = distribution_point_of(path)
        if point is None:
            return unknown(NO_POINT)
        loaded, scope = self._files.loaded, scope_of(path.anchor.fingerprint, point)
        lists = loaded.by_scope.get(scope, ())
        begun = [each for each in lists if each.facts.this_update <= context.now]
        if not begun:
            if not self._looks.done:
                return unknown("the CRLs are still being read")
            return unknown(IN_THE_FUTURE if lists else NOT_COVERED)
        newest = loaded.newest.get(scope)
        return decide(path.leaf.serial_number, begun, newest, context.now)

    async def evidence(self, now: datetime) -> Evidence:
        """Of the lists' own times; only those that a pinned CA has signed count."""
        await self._looks.look(now, [])
        facts = [each.facts for each in self._files.loaded.lists()]
        begun = [each for each in facts if each.this_update <= now]
        fresh = [each for each in begun if each.next_update >= now]
        return Evidence(
            fresh=len(fresh),
            stale=len(begun) - len(fresh),
            next_due=min((each.next_update for each in fresh), default=None),
            as_of=min((each.this_update for each in fresh), default=None),
        )

    async def revoked(self, now: datetime) -> Sequence[RevokedCertificates]:
        """Of lists past their nextUpdate too: nothing that was revoked is taken back."""
        await self._looks.look(now, [])
        return list_revoked(self._files.loaded, self._looks.anchors, now)
