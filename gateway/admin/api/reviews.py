"""Binding reviews: whether a card and somebody known are one person."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.paging import Page, Paging, page_of
from gateway.admin.api.people import names_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.audit.model import Entry
from gateway.errors import NoSuchThing
from gateway.operators.model import Permission
from gateway.residents import reviews
from gateway.residents.model import DECISIONS, ReviewDecision
from gateway.residents.reviews import Review

_ONE = "/reviews/{review_id}"


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    decision: Literal["same_person", "other_person", "refused"]


class ReviewView(msgspec.Struct, frozen=True):
    review_id: str
    cause: str
    candidate_resident_id: str
    other_resident_id: str | None
    opened_at: datetime
    possible: tuple[str, ...]
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None
    decided_by_name: str | None


async def list_reviews(call: Call) -> Answer:
    asked: Paging = call.query
    async with call.house.records.reading() as connection:
        rows = await reviews.list_open_reviews(connection, after=asked.after, limit=asked.limit + 1)
    return Answer(page_of(rows, asked.limit, _undecided, lambda row: row.review_id))


async def show_review(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return Answer(await _shown(connection, await _existing(connection, call)))


async def decide_review(call: Call) -> Answer:
    asked: Decision = call.body
    async with call.house.records.writing() as connection:
        review = await reviews.decide_review(
            connection,
            call.path["review_id"],
            ReviewDecision(asked.decision),
            call.operator.operator_id,
            call.now,
        )
        await call.house.audit.write(connection, *_entries(call, review, asked.decision))
        return Answer(await _shown(connection, review))


def _entries(call: Call, review: Review, decision: str) -> Iterator[Entry]:
    """One for each of the two, so that it stands in the trace of either."""
    for resident_id in (review.candidate_resident_id, review.other_resident_id):
        if resident_id is not None:
            yield call.entry(
                "review.decided",
                resident=call.house.audit.pseudonym(resident_id),
                review=review.review_id,
                cause=review.cause,
                decision=decision,
            )


async def _existing(connection: AsyncConnection, call: Call) -> Review:
    found = await reviews.find_review(connection, call.path["review_id"])
    if found is None:
        raise NoSuchThing
    return found


async def _shown(connection: AsyncConnection, review: Review) -> ReviewView:
    return _view(review, await names_of(connection, [review.decided_by]))


def _undecided(review: Review) -> ReviewView:
    return _view(review, {})


def _view(review: Review, names: Mapping[str, str]) -> ReviewView:
    return ReviewView(
        review.review_id,
        review.cause,
        review.candidate_resident_id,
        review.other_resident_id,
        review.opened_at,
        tuple(sorted(DECISIONS[review.cause])),
        review.decision,
        review.decided_at,
        review.decided_by,
        None if review.decided_by is None else names[review.decided_by],
    )


def endpoints() -> tuple[Endpoint, ...]:
    manage = Permission.MANAGE_RESIDENTS
    return (
        Endpoint(
            name="list_reviews",
            method="GET",
            path="/reviews",
            summary="What waits for a decision, the longest first",
            permission=manage,
            handle=list_reviews,
            query=Paging,
            answer=Page[ReviewView],
        ),
        Endpoint(
            name="show_review",
            method="GET",
            path=_ONE,
            summary="One binding review",
            permission=manage,
            handle=show_review,
            answer=ReviewView,
        ),
        Endpoint(
            name="decide_review",
            method="PUT",
            path=f"{_ONE}/decision",
            summary="Decide, for good, whether it is the same person",
            permission=manage,
            handle=decide_review,
            body=Decision,
            answer=ReviewView,
            refusals=(409,),
        ),
    )
