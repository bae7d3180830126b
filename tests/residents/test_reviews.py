"""A person decides what no rule may: the card joins, is let in, or is turned away. Once."""

from datetime import timedelta

import anyio
import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.residents.destruction import destroy_resident
from gateway.residents.links import Links
from gateway.residents.model import (
    RegistrationOutcome,
    Resident,
    ResidentState,
    ReviewCause,
    ReviewDecision,
)
from gateway.residents.records import basic_attributes
from gateway.residents.records import links as links_table
from gateway.residents.registry import Residents
from gateway.residents.reviews import Review, decide_review, find_review
from gateway.store.api import Records
from tests.residents.deciding import (
    KNOWN,
    LATER,
    OTHER,
    REFUSED,
    SAME,
    WAITING,
    count,
    decide,
    open_reviews,
    record_of,
    the_review,
)
from tests.residents.people import HANAKO, HANAKO_MOVED, NOW, auth, register, sign

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hanako(residents: Residents) -> Resident:
    return (await register(residents, 1, 2)).resident


@pytest.fixture
async def waiting(residents: Residents, hanako: Resident) -> Resident:
    """With a new card, or a namesake."""
    return (await register(residents, 3, 4)).resident


async def test_the_question_names_both_and_the_cause(
    records: Records, hanako: Resident, waiting: Resident
) -> None:
    review = await the_review(records)
    assert review.cause is ReviewCause.SAME_ATTRIBUTES
    assert review.candidate_resident_id == hanako.resident_id
    assert review.waiting_resident_id == review.other_resident_id == waiting.resident_id
    assert (review.opened_at, review.decision, review.decided_by) == (NOW, None, None)


async def test_the_same_person_keeps_her_common_id_and_gets_the_new_card(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    decided = await decide(records, await the_review(records), SAME)
    assert (decided.decision, decided.decided_by, decided.decided_at) == (SAME, "clerk", LATER)
    for certificate in (auth(1), sign(2), auth(3), sign(4)):
        assert await residents.find(certificate) == hanako
    record, gone = await record_of(records, hanako), await record_of(records, waiting)
    # What is open under the candidate stays open: their state did not change.
    assert (record.common_id, record.changed_at, record.version) == (hanako.common_id, None, 2)
    assert (gone.state, gone.common_id) == (ResidentState.DELETED, waiting.common_id)
    assert gone.certificates == ()
    assert await residents.attributes(waiting.resident_id) is None
    assert await residents.attributes(hanako.resident_id) == HANAKO
    assert (await register(residents, 3, 4)).outcome is KNOWN
    assert await open_reviews(records) == ()


async def test_another_person_is_let_in_as_somebody_of_their_own(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    await decide(records, await the_review(records), OTHER)
    let_in = await residents.find(auth(3))
    assert let_in is not None
    assert (let_in.resident_id, let_in.state) == (waiting.resident_id, ResidentState.ACTIVE)
    assert let_in.common_id != hanako.common_id
    assert await residents.find(auth(1)) == hanako
    assert await residents.attributes(waiting.resident_id) == HANAKO
    assert (await register(residents, 3, 4)).outcome is KNOWN
    assert await open_reviews(records) == ()


async def test_whoever_is_refused_stays_out_and_leaves_nothing_but_the_card_s_hashes(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    await decide(records, await the_review(records), REFUSED)
    turned_away = await record_of(records, waiting)
    assert (turned_away.state, len(turned_away.certificates)) == (ResidentState.DELETED, 2)
    assert await residents.attributes(waiting.resident_id) is None
    assert (await register(residents, 3, 4)).outcome is RegistrationOutcome.REFUSED
    assert await open_reviews(records) == ()
    assert await residents.find(auth(1)) == hanako
    # Two operators may take the refusal back by destroying what is left of it.
    async with records.writing() as connection:
        await destroy_resident(connection, waiting.resident_id, LATER)
    assert (await register(residents, 3, 4)).outcome is WAITING


async def test_whoever_was_compared_with_the_one_who_waited_is_compared_with_the_candidate(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    review = await the_review(records)
    await register(residents, 1, 5, HANAKO_MOVED)  # no longer a namesake of whoever waits
    third = (await register(residents, 6, 7, now=LATER)).resident
    (_, later) = await open_reviews(records)
    assert later.candidate_resident_id == waiting.resident_id
    await decide(records, review, SAME)
    later = await the_review(records)
    assert later.candidate_resident_id == hanako.resident_id
    await decide(records, later, SAME)
    assert await residents.find(auth(6)) == hanako
    assert (await record_of(records, third)).state is ResidentState.DELETED


async def test_links_go_with_the_card_unless_a_service_knows_both(
    records: Records, residents: Residents, links: Links, hanako: Resident, waiting: Resident
) -> None:
    await links.put("health", hanako.resident_id, "H-1", NOW)
    async with records.writing() as connection:
        row = {"client_id": "health", "resident_id": waiting.resident_id, "linked_at": NOW}
        other = {**row, "link_id": "1", "local_id": "H-2"}
        await connection.execute(links_table.insert().values(other))
    review = await the_review(records)
    with pytest.raises(Conflict, match="links: "):
        await decide(records, review, SAME)
    assert await the_review(records) == review
    assert (await record_of(records, waiting)).state is ResidentState.WAITING
    assert await residents.find(auth(3)) == waiting
    await links.end("health", hanako.resident_id, LATER)
    await decide(records, review, SAME)
    assert await links.resident_of("health", "H-2") == hanako.resident_id


@pytest.mark.parametrize("second", ReviewDecision)
@pytest.mark.parametrize("first", ReviewDecision)
async def test_a_decision_is_made_once(
    records: Records,
    hanako: Resident,
    waiting: Resident,
    first: ReviewDecision,
    second: ReviewDecision,
) -> None:
    review = await the_review(records)
    decided = await decide(records, review, first)
    before = await record_of(records, hanako), await record_of(records, waiting)
    with pytest.raises(Conflict, match="review: it is decided already"):
        await decide(records, review, second)
    assert (await record_of(records, hanako), await record_of(records, waiting)) == before
    async with records.reading() as connection:
        assert await find_review(connection, review.review_id) == decided


async def test_of_twenty_operators_one_decides(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    review, outcomes = await the_review(records), []

    async def one(decision: ReviewDecision) -> None:
        try:
            await decide(records, review, decision)
            outcomes.append(decision)
        except Conflict:
            pass

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, (SAME, OTHER)[number % 2])
    assert len(outcomes) == 1
    holder = await residents.find(auth(3))
    assert holder is not None
    expected = hanako if outcomes == [SAME] else waiting
    assert holder.resident_id == expected.resident_id


async def test_a_candidate_who_is_gone_gets_no_card(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    async with records.writing() as connection:
        await destroy_resident(connection, hanako.resident_id, NOW)
    review = await the_review(records)
    with pytest.raises(Conflict, match="candidate: they are deleted"):
        await decide(records, review, SAME)
    assert await residents.find(auth(3)) == waiting
    await decide(records, review, OTHER)
    let_in = await residents.find(auth(3))
    assert let_in is not None
    assert let_in.state is ResidentState.ACTIVE


async def test_nobody_decides_about_nothing(records: Records) -> None:
    async with records.writing() as connection:
        assert await find_review(connection, "0" * 32) is None
        with pytest.raises(NoSuchThing):
            await decide_review(connection, "0" * 32, SAME, "clerk", LATER)


async def test_open_reviews_come_page_by_page_the_longest_open_first(
    records: Records, residents: Residents, hanako: Resident
) -> None:
    for number in range(5):
        at = NOW + timedelta(minutes=number // 2)  # some at the same moment
        await register(residents, 10 + number, 20 + number, now=at)
    every = await open_reviews(records)
    assert [review.opened_at for review in every] == sorted(r.opened_at for r in every)
    assert len({review.review_id for review in every}) == 5
    first = await open_reviews(records, limit=2)
    await decide(records, first[1], OTHER)  # a page's last may be decided before the next is asked
    second = await open_reviews(records, after=first[1].review_id, limit=2)
    third = await open_reviews(records, after=second[1].review_id, limit=2)
    assert first + second + third == every
    assert await open_reviews(records, after=third[-1].review_id) == ()
    with pytest.raises(InvalidField, match="after: it is no review"):
        await open_reviews(records, after="0" * 32)


# A certificate that nobody waits under.


async def test_what_the_caller_cannot_log_is_not_decided(
    records: Records, residents: Residents, hanako: Resident, waiting: Resident
) -> None:
    review = await the_review(records)
    for decision in ReviewDecision:
        with pytest.raises(RuntimeError):
            await _decide_and_fail(records, review, decision)
        assert await the_review(records) == review
        assert await residents.find(auth(3)) == waiting
        assert await count(records, basic_attributes) == 2


async def _decide_and_fail(records: Records, review: Review, decision: ReviewDecision) -> None:
    async with records.writing() as connection:
        await decide_review(connection, review.review_id, decision, "clerk", LATER)
        raise RuntimeError("the log cannot be written")
