"""Binding reviews: an operator says whether a card and somebody known belong together."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.residents.model import ReviewCause, ReviewDecision


@dataclass(frozen=True, slots=True)
class Review:
    review_id: str
    cause: ReviewCause
    candidate_resident_id: str
    """Somebody known, whom the card may be of."""
    waiting_resident_id: str | None
    """Who was registered with the card and waits (SAME_ATTRIBUTES only)."""
    other_resident_id: str | None
    """Whom to compare the candidate with: who waits, or whom the other certificate is bound to."""
    opened_at: datetime
    decision: ReviewDecision | None
    decided_at: datetime | None
    decided_by: str | None


async def list_open_reviews(
    connection: AsyncConnection, *, after: str | None, limit: int
) -> tuple[Review, ...]:
    """The longest open first. `after` is the last review_id of the page before."""
    raise NotImplementedError


async def find_review(connection: AsyncConnection, review_id: str) -> Review | None:
    raise NotImplementedError


async def decide_review(
    connection: AsyncConnection,
    review_id: str,
    decision: ReviewDecision,
    decided_by: str,
    now: datetime,
) -> Review:
    """Raises NoSuchThing or Conflict."""
    raise NotImplementedError
