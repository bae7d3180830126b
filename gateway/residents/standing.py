"""Two lives: whether name and address, as they are kept, still stand. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

AFFILIATION_CHANGED = "affiliationChanged"
"""RFC 5280 §5.3.1. JPKI revokes a signature certificate so when what it says of its holder has
changed: a move, a new name."""


class AttributeStanding(StrEnum):
    CURRENT = "current"
    """Nothing is known against them."""
    CHANGED = "changed"
    """The certificate they were read from was revoked because they have changed. Who the resident
    is has not: only the next signature certificate says where they live now."""


@dataclass(frozen=True, slots=True)
class BoundSignature:
    """A signature certificate that is bound to the resident."""

    bound_at: datetime
    revocation_reason: str | None


def standing(bound: Iterable[BoundSignature]) -> AttributeStanding:
    """By the certificate that was bound last, whatever became of those before it."""
    last = max(bound, key=lambda each: each.bound_at, default=None)
    changed = last is not None and last.revocation_reason == AFFILIATION_CHANGED
    return AttributeStanding.CHANGED if changed else AttributeStanding.CURRENT
