"""How basic attributes were proven: kept with them, and gone with them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec


@dataclass(frozen=True, slots=True)
class Proofing:
    """By which verification of a signature certificate they came. It holds nothing off the card."""

    at: datetime
    checks: tuple[str, ...]
    """What it passed (`gateway.card.passed`)."""


def as_stored(proofing: Proofing | None) -> object:
    return None if proofing is None else msgspec.to_builtins(proofing)


def from_stored(stored: object) -> Proofing | None:
    """None in rows that were written before it was kept."""
    return None if stored is None else msgspec.convert(stored, Proofing)
