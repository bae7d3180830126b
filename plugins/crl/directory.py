"""The revocation source: what the CRLs of a directory say of one certificate."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from cryptography import x509

from gateway.card.api import (
    Anchor,
    CertificatePath,
    CertificateStatus,
    Evidence,
    ValidationContext,
)
from plugins.crl.decision import SOURCE, decide, unknown
from plugins.crl.files import CrlFiles
from plugins.crl.index_folder import IndexFolder
from plugins.crl.looking import Looks
from plugins.crl.memory import scope_of
from plugins.crl.settings import read_settings


class CrlDirectory:
    """Only a fresh list of the certificate's own issuer and distribution point says GOOD."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        checked = read_settings(settings)
        indices = IndexFolder(checked.index_directory, checked.max_file_bytes)
        self._files = CrlFiles(checked.directory, indices)
        self._looks = Looks(self._files, checked.check_interval)

    @asynccontextmanager
    async def kept(
        self, anchors: Sequence[Anchor], clock: Callable[[], datetime]
    ) -> AsyncIterator[None]:
        """While the gateway runs: the directory is looked at and the sources are fetched, whether
        anybody asks or not."""
        self._looks.know(anchors)
        task = asyncio.create_task(self._looks.forever(clock))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        await self._looks.look(context.now, [path.anchor])
        point = distribution_point(path.leaf)
        if point is None:
            return unknown("the certificate names no distribution point of its issuer")
        loaded, scope = self._files.loaded, scope_of(path.anchor.fingerprint, point)
        lists = loaded.by_scope.get(scope, ())
        begun = [each for each in lists if each.facts.this_update <= context.now]
        if not begun:
            if not self._looks.done:
                return unknown("the CRLs are still being read")
            problem = "its CRL begins in the future" if lists else _NOT_COVERED
            return unknown(problem)
        newest = loaded.newest.get(scope)
        return decide(path.leaf.serial_number, begun, newest, context.now)

    async def evidence(self, now: datetime) -> Evidence:
        """Of the lists' own times; who signed them is found out when a certificate is asked for."""
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


_NOT_COVERED = "no CRL covers the certificate's distribution point"


def distribution_point(leaf: x509.Certificate) -> bytes | None:
    """The DER of the directoryName where the leaf's own issuer lists all its revocations
    (RFC 5280 §4.2.1.13); None for a leaf without one, or with more than one."""
    try:
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return None
    names = list(_directory_names(points))
    return names[0].public_bytes() if len(names) == 1 else None


def _directory_names(points: x509.CRLDistributionPoints) -> Iterator[x509.Name]:
    for point in points:
        if point.crl_issuer is None and point.reasons is None:
            for name in point.full_name or ():
                if isinstance(name, x509.DirectoryName):
                    yield name.value
