"""What is told of the card's side: which anchors are in force, how fresh the evidence is."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509.oid import NameOID

from gateway.card.api import Anchor, Evidence, EvidenceSource, RevocationSource
from gateway.errors import NotReadyError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnchorState:
    """A pinned CA certificate, and until when it can be used."""

    anchor_set: str
    name: str
    not_valid_before: datetime
    not_valid_after: datetime


@dataclass(frozen=True, slots=True)
class SourceState:
    """A revocation source; `evidence` is None for one that keeps none and asks each time."""

    name: str
    evidence: Evidence | None
    failed: bool = False
    """It could not tell."""


def anchor_states(anchors: Iterable[Anchor]) -> tuple[AnchorState, ...]:
    """The first to expire first."""
    states = (_state(anchor) for anchor in anchors)
    return tuple(sorted(states, key=lambda state: state.not_valid_after))


async def source_states(
    sources: Sequence[RevocationSource], now: datetime
) -> tuple[SourceState, ...]:
    return tuple([await _source_state(source, now) for source in sources])


def anchors_in_force(anchors: Iterable[Anchor], anchor_sets: Iterable[str], now: datetime) -> str:
    """How many of each set, e.g. "jpki-auth 2, jpki-sign 2". NotReadyError where a set has none."""
    counts = dict.fromkeys(sorted(anchor_sets), 0)
    for anchor in anchor_states(anchors):
        if anchor.not_valid_before <= now <= anchor.not_valid_after:
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
        evidence = await _evidence(source, now)
        if evidence is None:
            told.append(f"{source.name}: asked at each verification")
            silent = True
            continue
        fresh += evidence.fresh
        due = "" if evidence.next_due is None else f", next due {evidence.next_due:%FT%TZ}"
        told.append(f"{source.name}: {evidence.fresh} fresh, {evidence.stale} stale{due}")
    if not (fresh or silent):
        raise NotReadyError("; ".join(told))
    return "; ".join(told)


def _state(anchor: Anchor) -> AnchorState:
    certificate = anchor.certificate
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names += certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return AnchorState(
        anchor.anchor_set,
        str(names[0].value) if names else anchor.fingerprint,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


async def _source_state(source: RevocationSource, now: datetime) -> SourceState:
    try:
        return SourceState(source.name, await _evidence(source, now))
    except Exception:
        # Whatever a plugin raises, the others are told of.
        log.exception("revocation source %s does not tell what it holds", source.name)
        return SourceState(source.name, None, failed=True)


async def _evidence(source: RevocationSource, now: datetime) -> Evidence | None:
    return await source.evidence(now) if isinstance(source, EvidenceSource) else None
