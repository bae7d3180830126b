"""What /readyz tells of the card's side: which anchors are in force, how fresh the evidence is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway.card.api import Anchor, EvidenceSource, RevocationSource
from gateway.errors import NotReadyError


def anchors_in_force(anchors: Iterable[Anchor], anchor_sets: Iterable[str], now: datetime) -> str:
    """How many of each set, e.g. "jpki-auth 2, jpki-sign 2". NotReadyError where a set has none."""
    counts = dict.fromkeys(sorted(anchor_sets), 0)
    for anchor in anchors:
        certificate = anchor.certificate
        if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            counts[anchor.anchor_set] += 1
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    if not all(counts.values()):
        raise NotReadyError(told)
    return told


async def revocation_evidence(sources: Sequence[RevocationSource], now: datetime) -> str:
    """E.g. "crl: 4 fresh, 0 stale, next due 2026-11-28T09:00:00Z". NotReadyError where all sources
    tell and none has anything fresh."""
    told, silent, fresh = [], False, 0
    for source in sources:
        if not isinstance(source, EvidenceSource):
            told.append(f"{source.name}: asked at each verification")
            silent = True
            continue
        evidence = await source.evidence(now)
        fresh += evidence.fresh
        due = "" if evidence.next_due is None else f", next due {evidence.next_due:%FT%TZ}"
        told.append(f"{source.name}: {evidence.fresh} fresh, {evidence.stale} stale{due}")
    if not (fresh or silent):
        raise NotReadyError("; ".join(told))
    return "; ".join(told)
