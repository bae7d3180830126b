"""Every list of revoked certificates is held against all bindings, once. It goes from the lists to
the bindings: of a certificate that is bound there is only a keyed hash."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from gateway.card.api import (
    CertificateIdentity,
    CertificateType,
    ListingSource,
    RevocationSource,
    RevokedCertificate,
    RevokedCertificates,
)
from gateway.card.plugin_calls import ask_lists
from gateway.clock import Clock
from gateway.keys.hashing import KeyedHash
from gateway.residents.certificate_hashes import certificate_hash
from gateway.residents.records import swept_lists
from gateway.residents.revocations import Revocation, Revocations, find_bound
from gateway.store.api import Moments, Records

log = logging.getLogger(__name__)

SLICE = 64
"""Entries between two turns of the event loop: well under a millisecond of CPU."""
CHUNK = 512
"""Entries that are looked up by one statement."""
HITS = 50
"""Revocations that are carried out in one transaction: SQLite's other writers wait for it."""
TOLD = 250_000
"""Entries between two lines of progress."""
REMEMBERED = timedelta(days=90)
"""A list that is older, and still there, is swept again: nothing new comes of it."""

_KIND, _KEY = "sweep", "revocations"
_LEASE = timedelta(minutes=2)
_SWEPT = sa.select(swept_lists.c.anchor_set, swept_lists.c.digest).where(
    swept_lists.c.digest.in_(sa.bindparam("digests", type_=sa.String, expanding=True))
)

Entries = Mapping[str, RevokedCertificate]
"""By the keyed hash a binding of the certificate would have."""


@dataclass(frozen=True, slots=True)
class Sweep:
    records: Records
    moments: Moments
    keyed_hash: KeyedHash
    revocations: Revocations
    sources: Sequence[RevocationSource]
    certificate_types: Mapping[str, CertificateType]
    """By anchor set. A list of another set is about no certificate that could be bound."""
    clock: Clock

    async def once(self) -> None:
        """All lists that are there and were not swept before. Nothing where another worker is at
        it."""
        if not await self.moments.claim(_KIND, _KEY, _LEASE):
            return
        try:
            for each in await self._unswept():
                try:
                    await self._sweep(each)
                except Exception as error:  # noqa: BLE001 - the other lists do not wait for it
                    # The next round begins it anew. Only the type: what a plugin writes into a
                    # message may be about the person.
                    problem = type(error).__name__
                    log.error("sweep: a list of %s failed: %s", each.anchor_set, problem)
        finally:
            await self.moments.drop(_KIND, _KEY)

    async def _unswept(self) -> Sequence[RevokedCertificates]:
        """The oldest first."""
        lists = [
            each
            for source in self.sources
            if isinstance(source, ListingSource)
            for each in await ask_lists(source.name, source, self.clock())
            if each.anchor_set in self.certificate_types
        ]
        swept: set[tuple[str, str]] = set()
        async with self.records.reading() as connection:
            for at in range(0, len(lists), CHUNK):
                digests = {"digests": [each.digest for each in lists[at : at + CHUNK]]}
                found = await connection.execute(_SWEPT, digests)
                swept.update((row.anchor_set, row.digest) for row in found)
        unswept = {(each.anchor_set, each.digest): each for each in lists}
        return sorted(
            (each for key, each in unswept.items() if key not in swept),
            key=lambda each: each.this_update,
        )

    async def _sweep(self, revoked: RevokedCertificates) -> None:
        """Begun anew where it was broken off: what is known already has no consequence again."""
        count = hits = 0
        bound: dict[str, Revocation] = {}
        async for entries in self._hashed(revoked):
            bound |= await self._bound(entries)
            if len(bound) >= HITS:
                hits += await self._carry_out(bound)
                bound = {}
            before, count = count, count + len(entries)
            if count // TOLD > before // TOLD:
                log.info("sweep: %d revoked certificates looked up, %d are bound", count, hits)
                await self.moments.put(_KIND, _KEY, b"", _LEASE)
        hits += await self._carry_out(bound)
        await self._remember(revoked)
        log.info(
            "sweep: a list of %s of %s is done: %d revoked certificates, %d are bound",
            revoked.anchor_set,
            revoked.this_update.isoformat(),
            count,
            hits,
        )

    async def _hashed(self, revoked: RevokedCertificates) -> AsyncIterator[Entries]:
        """In chunks, with turns for everybody else in between."""
        anchor_set = revoked.anchor_set
        certificate_type = self.certificate_types[anchor_set]
        entries: dict[str, RevokedCertificate] = {}
        for number, entry in enumerate(revoked.entries(), 1):
            identity = CertificateIdentity(anchor_set, entry.serial_number)
            entries[certificate_hash(self.keyed_hash, certificate_type, identity)] = entry
            if number % SLICE == 0:
                await asyncio.sleep(0)
            if number % CHUNK == 0:
                yield entries
                entries = {}
        yield entries

    async def _bound(self, entries: Entries) -> dict[str, Revocation]:
        async with self.records.reading() as connection:
            found = await find_bound(connection, entries)
        return {each: _revocation(entries[each]) for each in found}

    async def _carry_out(self, bound: Mapping[str, Revocation]) -> int:
        hits, left = 0, list(bound.items())
        while left:
            some, left = dict(left[:HITS]), left[HITS:]
            async with self.records.writing() as connection:
                hits += await self.revocations.carry_out(connection, some)
        return hits

    async def _remember(self, revoked: RevokedCertificates) -> None:
        now = self.clock()
        row = {"anchor_set": revoked.anchor_set, "digest": revoked.digest}
        old = swept_lists.c.swept_at < now - REMEMBERED
        same = sa.and_(*(swept_lists.c[name] == value for name, value in row.items()))
        async with self.records.writing() as connection:
            await connection.execute(swept_lists.delete().where(sa.or_(old, same)))
            await connection.execute(swept_lists.insert().values(**row, swept_at=now))


def _revocation(entry: RevokedCertificate) -> Revocation:
    return Revocation(entry.revoked_at, entry.reason)
