"""Binding reviews: an operator says whether a card and somebody known belong together."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.residents.joining import bind_doubtful, join_waiting, turn_away
from gateway.residents.model import DECISIONS, ReviewCause, ReviewDecision
from gateway.residents.records import binding_reviews, certificates
from gateway.residents.states import Change
from gateway.residents.transition import change_state
from gateway.store.tables import Time


@dataclass(frozen=True, slots=True)
class Review:
    review_id: str
    cause: ReviewCause
    candidate_resident_id: str
    """Somebody known, whom the card may be of."""
    waiting_resident_id: str | None
    """Who was registered with the card and waits (SAME_ATTRIBUTES only)."""
    other_resident_id: str | None
    """Whom to compare the candidate with: who waits, or whom the other certificate is bound to
    (TWO_RESIDENTS). None: nothing is kept of whoever else it may be, for nothing was bound."""
    opened_at: datetime
    decision: ReviewDecision | None
    decided_at: datetime | None
    decided_by: str | None


_REVIEWS = sa.select(binding_reviews, certificates.c.resident_id.label("holder")).outerjoin(
    certificates, certificates.c.identity_hash == binding_reviews.c.doubtful_hash
)


async def list_open_reviews(
    connection: AsyncConnection, *, after: str | None, limit: int
) -> tuple[Review, ...]:
    """The longest open first. `after` is the last review_id of the page before."""
    query = _REVIEWS.where(binding_reviews.c.decision.is_(None))
    if after is not None:
        before = await find_review(connection, after)
        if before is None:
            raise InvalidField("after", "it is no review")
        place = sa.tuple_(binding_reviews.c.opened_at, binding_reviews.c.review_id)
        query = query.where(place > sa.tuple_(sa.literal(before.opened_at, Time), after))
    query = query.order_by(binding_reviews.c.opened_at, binding_reviews.c.review_id).limit(limit)
    return tuple(_review(row) for row in await connection.execute(query))


async def count_open_reviews(connection: AsyncConnection) -> int:
    query = sa.select(sa.func.count()).select_from(binding_reviews)
    return (
        await connection.execute(query.where(binding_reviews.c.decision.is_(None)))
    ).scalar_one()


async def find_review(connection: AsyncConnection, review_id: str) -> Review | None:
    query = _REVIEWS.where(binding_reviews.c.review_id == review_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _review(row)


async def decide_review(
    connection: AsyncConnection,
    review_id: str,
    decision: ReviewDecision,
    decided_by: str,
    now: datetime,
) -> Review:
    """A decision is for good. Raises NoSuchThing, or Conflict: where it is decided already, cannot
    be decided so, or the candidate is gone."""
    review = await find_review(connection, review_id)
    if review is None:
        raise NoSuchThing
    if decision not in DECISIONS[review.cause]:
        raise Conflict(f"decision: {decision} is not possible for {review.cause}")
    decided = await connection.execute(
        binding_reviews.update()
        .where(binding_reviews.c.review_id == review_id, binding_reviews.c.decision.is_(None))
        .values(decision=decision, decided_at=now, decided_by=decided_by)
    )
    if decided.rowcount == 0:
        raise Conflict("review: it is decided already")
    await _carry_out(connection, review, decision, now)
    found = await find_review(connection, review_id)
    if found is None:
        raise NoSuchThing
    return found


async def _carry_out(
    connection: AsyncConnection, review: Review, decision: ReviewDecision, now: datetime
) -> None:
    waiting, candidate = review.waiting_resident_id, review.candidate_resident_id
    if waiting is None:
        # Nothing was bound yet, and otherwise nothing is.
        if decision is ReviewDecision.SAME_PERSON:
            await bind_doubtful(connection, review.review_id, candidate, now)
        return
    match decision:
        case ReviewDecision.SAME_PERSON:
            await join_waiting(connection, waiting, candidate, now)
        case ReviewDecision.OTHER_PERSON:
            await change_state(connection, waiting, Change.ACCEPT, now)
        case ReviewDecision.REFUSED:
            await turn_away(connection, waiting, now)


def _review(row: sa.Row[tuple[object, ...]]) -> Review:
    columns = row._mapping
    waiting, candidate = columns["waiting_resident_id"], columns["candidate_resident_id"]
    other = waiting or columns["holder"]
    decision = columns["decision"]
    return Review(
        review_id=columns["review_id"],
        cause=ReviewCause(columns["cause"]),
        candidate_resident_id=candidate,
        waiting_resident_id=waiting,
        other_resident_id=None if other == candidate else other,
        opened_at=columns["opened_at"],
        decision=None if decision is None else ReviewDecision(decision),
        decided_at=columns["decided_at"],
        decided_by=columns["decided_by"],
    )
