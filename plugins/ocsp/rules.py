"""What a response must fulfil where RFC 6960 leaves it to the one who asks."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    skew: timedelta = timedelta(seconds=60)
    """How far the responder's clock may be from ours."""
    max_age: timedelta | None = timedelta(minutes=30)
    """How old the thisUpdate of an answer without nextUpdate may be; None: it needs a nextUpdate.
    JPKI refreshes what its responders know every 15 minutes."""
    require_nocheck: bool = True
    """A delegated responder's own revocation is looked up nowhere: its CA must have said that
    nobody has to (RFC 6960 §4.2.2.2.1)."""
    allow_later_production: bool = False
    """Whether producedAt may lie behind the time that is asked about. thisUpdate never may."""
    require_nonce: bool = True
    """A nonce that was sent must come back. If not, it may be missing, but never be another."""
