"""Binding reviews in tests: asked, decided, looked at."""

from datetime import timedelta

import sqlalchemy as sa

from gateway.residents.administration import ResidentRecord, find_resident_record
from gateway.residents.model import (
    RegistrationOutcome,
    Resident,
    ReviewDecision,
)
from gateway.residents.reviews import Review, decide_review, list_open_reviews
from gateway.store.api import Records
from tests.residents.people import NOW

LATER = NOW + timedelta(hours=1)
SAME, OTHER = ReviewDecision.SAME_PERSON, ReviewDecision.OTHER_PERSON
REFUSED = ReviewDecision.REFUSED
KNOWN, WAITING = RegistrationOutcome.KNOWN, RegistrationOutcome.WAITING


async def open_reviews(
    records: Records, after: str | None = None, limit: int = 100
) -> tuple[Review, ...]:
    async with records.reading() as connection:
        return await list_open_reviews(connection, after=after, limit=limit)


async def the_review(records: Records) -> Review:
    (review,) = await open_reviews(records)
    return review


async def decide(records: Records, review: Review, decision: ReviewDecision) -> Review:
    async with records.writing() as connection:
        return await decide_review(connection, review.review_id, decision, "clerk", LATER)


async def record_of(records: Records, resident: Resident) -> ResidentRecord:
    async with records.reading() as connection:
        record = await find_resident_record(connection, resident.resident_id)
    assert record is not None
    return record


async def count(records: Records, table: sa.Table) -> int:
    async with records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(table))
        return found.scalar_one()
