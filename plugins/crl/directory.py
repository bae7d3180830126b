"""The revocation source: what the CRLs of a directory say of one certificate."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from weakref import WeakKeyDictionary

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
from plugins.crl.revocation_list import RevocationList, UnusableError
from plugins.crl.settings import read_settings
from plugins.crl.signed_by import check_signed_by


class CrlDirectory:
    """Only a fresh list of the certificate's own issuer and distribution point says GOOD."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        checked = read_settings(settings)
        self._files = CrlFiles(checked.directory, checked.max_file_bytes)
        self._check_interval = checked.check_interval
        self._looked_at: datetime | None = None
        self._looking = asyncio.Lock()
        self._verdicts: WeakKeyDictionary[RevocationList, dict[str, str | None]]
        self._verdicts = WeakKeyDictionary()
        self._highest_numbers: dict[tuple[str, bytes], int] = {}

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        await self._look(context.now)
        point = distribution_point(path.leaf)
        if point is None:
            return unknown("the certificate names no distribution point of its issuer")
        problem = "no CRL covers the certificate's distribution point"
        usable = []
        for each in self._files.covering(point):
            verdict = await self._verdict(each, path.anchor)
            if verdict is not None:
                problem = verdict
            elif each.this_update > context.now:
                problem = "its CRL begins in the future"
            else:
                usable.append(each)
        if not usable:
            return unknown(problem)
        scope = path.anchor.fingerprint, point
        highest = max(self._highest_numbers.get(scope, -1), *(each.number for each in usable))
        self._highest_numbers[scope] = highest
        return decide(path.leaf.serial_number, usable, highest, context.now)

    async def evidence(self, now: datetime) -> Evidence:
        """Of the lists' own times; who signed them is found out when a certificate is asked for."""
        await self._look(now)
        lists = [each for each in self._files.all() if each.this_update <= now]
        fresh = [each for each in lists if each.next_update >= now]
        return Evidence(
            fresh=len(fresh),
            stale=len(lists) - len(fresh),
            next_due=min((each.next_update for each in fresh), default=None),
            as_of=min((each.this_update for each in fresh), default=None),
        )

    async def _look(self, now: datetime) -> None:
        """Whoever finds the last look too old takes a new one, off the event loop. Meanwhile the
        others are answered from the last one, except before the first."""
        if self._is_recent(now) or (self._looking.locked() and self._looked_at is not None):
            return
        async with self._looking:
            if not self._is_recent(now):
                await asyncio.to_thread(self._files.refresh)
                self._looked_at = now

    def _is_recent(self, now: datetime) -> bool:
        return self._looked_at is not None and abs(now - self._looked_at) < self._check_interval

    async def _verdict(self, revocation_list: RevocationList, anchor: Anchor) -> str | None:
        """None where the anchor has signed it. Found out once for each pair: it costs a hash over
        the whole list."""
        verdicts = self._verdicts.setdefault(revocation_list, {})
        if anchor.fingerprint not in verdicts:
            try:
                await asyncio.to_thread(check_signed_by, revocation_list, anchor.certificate)
                verdicts[anchor.fingerprint] = None
            except UnusableError as error:
                verdicts[anchor.fingerprint] = str(error)
        return verdicts[anchor.fingerprint]


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
