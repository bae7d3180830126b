"""Where no one waits: a doubtful certificate, or two residents, and what a decision binds."""

import pytest

from gateway.errors import Conflict
from gateway.residents.model import (
    DECISIONS,
    Resident,
    ReviewCause,
    ReviewDecision,
)
from gateway.residents.records import binding_reviews
from gateway.residents.registry import Residents
from gateway.residents.reviews import Review
from gateway.store.api import Records
from tests.residents.deciding import (
    KNOWN,
    OTHER,
    REFUSED,
    SAME,
    WAITING,
    decide,
    open_reviews,
    record_of,
    the_review,
)
from tests.residents.people import HANAKO, SABURO, auth, register, sign

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hanako(residents: Residents) -> Resident:
    return (await register(residents, 1, 2)).resident


@pytest.fixture
async def doubtful(records: Records, residents: Residents, hanako: Resident) -> Review:
    """Hanako's card with a signature certificate of somebody born another day."""
    await register(residents, 1, 9, SABURO)
    return await the_review(records)


async def test_the_same_person_gets_the_certificate_the_question_was_about_and_no_other(
    records: Records, residents: Residents, hanako: Resident, doubtful: Review
) -> None:
    assert (doubtful.waiting_resident_id, doubtful.other_resident_id) == (None, None)
    decided = await decide(records, doubtful, SAME)
    assert decided.other_resident_id is None
    assert await residents.find(sign(9)) == hanako
    assert (await record_of(records, hanako)).version == 2
    # The next visit binds nothing new and reads what the certificate says.
    assert (await register(residents, 1, 9, SABURO)).outcome is KNOWN
    assert await residents.attributes(hanako.resident_id) == SABURO
    assert (await register(residents, 1, 10, HANAKO)).outcome is WAITING


@pytest.mark.parametrize("decision", [OTHER, REFUSED])
async def test_otherwise_nothing_is_bound_and_the_pair_is_not_asked_about_again(
    records: Records,
    residents: Residents,
    hanako: Resident,
    doubtful: Review,
    decision: ReviewDecision,
) -> None:
    before = await record_of(records, hanako)
    await decide(records, doubtful, decision)
    assert await residents.find(sign(9)) is None
    assert await record_of(records, hanako) == before
    assert (await register(residents, 1, 9, SABURO)).outcome is WAITING
    assert await open_reviews(records) == ()
    # Another certificate is another question.
    await register(residents, 1, 10, SABURO)
    assert (await the_review(records)).review_id != doubtful.review_id


async def test_a_certificate_that_was_bound_meanwhile_stays_where_it_is(
    records: Records, residents: Residents, hanako: Resident, doubtful: Review
) -> None:
    saburo = (await register(residents, 3, 9, SABURO)).resident
    assert (await the_review(records)).other_resident_id == saburo.resident_id
    with pytest.raises(Conflict, match="certificate: it is bound to somebody meanwhile"):
        await decide(records, doubtful, SAME)
    assert await residents.find(sign(9)) == saburo
    assert (await the_review(records)).decision is None
    assert (await record_of(records, hanako)).version == 1


async def test_a_question_of_the_first_schema_binds_nothing(
    records: Records, residents: Residents, doubtful: Review
) -> None:
    async with records.writing() as connection:
        old = {"doubtful_hash": None, "doubtful_not_after": None}
        await connection.execute(binding_reviews.update().values(old))
    with pytest.raises(Conflict, match="they have to come once more"):
        await decide(records, doubtful, SAME)
    assert await residents.find(sign(9)) is None


async def test_two_residents_are_never_made_one(
    records: Records, residents: Residents, hanako: Resident
) -> None:
    saburo = (await register(residents, 3, 4, SABURO)).resident
    await register(residents, 1, 4, SABURO)
    review = await the_review(records)
    assert review.candidate_resident_id == saburo.resident_id
    assert review.other_resident_id == hanako.resident_id
    with pytest.raises(Conflict, match="decision: same_person is not possible"):
        await decide(records, review, SAME)
    assert SAME not in DECISIONS[ReviewCause.TWO_RESIDENTS]
    await decide(records, review, OTHER)
    assert await residents.find(auth(1)) == hanako
    assert await residents.find(sign(4)) == saburo
