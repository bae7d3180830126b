"""At a registration: renewed certificates, who is known by them, and what is bound."""

from dataclasses import replace

import pytest

from gateway.card.api import CertificateIdentity, Predecessors
from gateway.residents.decision import PredecessorsUnknownError
from gateway.residents.links import Links
from gateway.residents.model import (
    RegistrationOutcome,
    Resident,
    ResidentState,
    ReviewCause,
)
from gateway.residents.records import binding_reviews, certificates
from gateway.residents.records import residents as residents_table
from gateway.residents.registry import Residents
from gateway.store.api import Records
from tests.residents.deciding import (
    KNOWN,
    OTHER,
    REFUSED,
    WAITING,
    count,
    decide,
    the_review,
)
from tests.residents.people import HANAKO, HANAKO_MOVED, NOW, SABURO, auth, register, sign
from tests.residents.renewing import after, come, rows, shut_out, untold

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hanako(residents: Residents) -> Resident:
    return (await register(residents, 1, 2)).resident


async def test_a_renewed_card_is_the_same_resident_and_asks_nobody(
    residents: Residents, records: Records, links: Links, hanako: Resident
) -> None:
    await links.put("health", hanako.resident_id, "H-1", NOW)
    found = await come(residents, after(auth(11), 1), after(sign(12), 2))
    assert (found.outcome, found.resident) == (KNOWN, hanako)
    assert {kind.value for kind in found.renewed} == {"authentication", "signature"}
    assert await residents.find(auth(11)) == await residents.find(sign(12)) == hanako
    assert await residents.find(auth(1)) == hanako
    assert await count(records, residents_table) == 1
    assert await count(records, binding_reviews) == 0
    link = await links.get("health", hanako.resident_id)
    assert link is not None
    assert link.local_id == "H-1"
    # From now on the new ones prove it themselves.
    again = await register(residents, 11, 12)
    assert (again.outcome, again.resident, again.renewed) == (KNOWN, hanako, ())


async def test_without_the_older_ones_the_same_card_waits(
    residents: Residents, hanako: Resident
) -> None:
    found = await come(residents, auth(11), sign(12))
    assert found.outcome is WAITING
    assert found.resident != hanako


async def test_a_card_renewed_after_a_move_brings_the_new_address(
    residents: Residents, hanako: Resident
) -> None:
    found = await come(residents, after(auth(11), 1), after(sign(12), 2), HANAKO_MOVED)
    assert (found.outcome, found.resident) == (KNOWN, hanako)
    assert await residents.attributes(hanako.resident_id) == HANAKO_MOVED


async def test_twice_renewed_between_two_visits_is_known_by_the_first(
    residents: Residents, hanako: Resident
) -> None:
    found = await come(residents, after(auth(31), 21, 1), after(sign(32), 22, 2))
    assert (found.outcome, found.resident) == (KNOWN, hanako)


async def test_a_first_signature_certificate_behind_a_renewed_authentication_certificate(
    residents: Residents, hanako: Resident
) -> None:
    """Two lives: the older signature certificate was never shown here."""
    found = await come(residents, after(auth(11), 1), after(sign(12), 22), HANAKO_MOVED)
    assert (found.outcome, found.resident) == (KNOWN, hanako)
    assert [kind.value for kind in found.renewed] == ["authentication"]


async def test_another_birth_date_is_a_question_and_binds_neither(
    residents: Residents, records: Records, hanako: Resident
) -> None:
    found = await come(residents, after(auth(11), 1), after(sign(12)), SABURO)
    assert (found.outcome, found.resident, found.renewed) == (WAITING, hanako, ())
    review = await the_review(records)
    assert (review.cause, review.candidate_resident_id) == (
        ReviewCause.OTHER_BIRTH_DATE,
        hanako.resident_id,
    )
    assert await count(records, certificates) == 2
    assert await residents.attributes(hanako.resident_id) == HANAKO


async def test_the_older_ones_of_two_residents_are_a_question_that_names_both(
    residents: Residents, records: Records, hanako: Resident
) -> None:
    saburo = (await register(residents, 3, 4, SABURO)).resident
    for _ in range(2):
        found = await come(residents, after(auth(11), 1), after(sign(12), 4), SABURO)
        assert found.outcome is WAITING
    review = await the_review(records)
    assert review.cause is ReviewCause.TWO_RESIDENTS
    pair = (review.candidate_resident_id, review.other_resident_id)
    assert pair == (saburo.resident_id, hanako.resident_id)
    assert await count(records, certificates) == 4
    await decide(records, review, OTHER)
    assert await residents.find(auth(11)) is None


@pytest.mark.parametrize(
    "state", [ResidentState.SUSPENDED, ResidentState.DECEASED, ResidentState.DELETED]
)
async def test_a_renewed_card_of_somebody_shut_out_changes_nothing(
    residents: Residents, records: Records, state: ResidentState
) -> None:
    """Deleted is whoever was turned away: the hashes of their certificates stay."""
    if state is ResidentState.DELETED:
        await register(residents, 7, 8)
        out = (await register(residents, 1, 2)).resident
        await decide(records, await the_review(records), REFUSED)
    else:
        out = (await register(residents, 1, 2)).resident
        await shut_out(records, out, state)
    before = await rows(records)
    for pair in (
        (after(auth(11), 1), after(sign(12), 2)),
        (after(auth(11), 1), after(sign(12))),
        (after(auth(11)), after(sign(12), 2)),
        (untold(auth(11)), after(sign(12), 2)),
    ):
        found = await come(residents, *pair)
        assert found.outcome is RegistrationOutcome.REFUSED
        assert found.resident.resident_id == out.resident_id
    assert await rows(records) == before


async def test_whoever_waits_goes_on_waiting_with_a_renewed_card(
    residents: Residents, hanako: Resident
) -> None:
    waiting = (await register(residents, 3, 4)).resident
    found = await come(residents, after(auth(11), 3), after(sign(12), 4))
    assert (found.outcome, found.resident) == (WAITING, waiting)


async def test_the_same_number_elsewhere_or_of_the_other_type_is_another_certificate(
    residents: Residents, hanako: Resident
) -> None:
    foreign = CertificateIdentity("another-scheme", 1)
    elsewhere = replace(auth(11), predecessors=Predecessors(known=True, identities=(foreign,)))
    found = await come(residents, elsewhere, after(sign(12), 1), SABURO)
    assert found.outcome is RegistrationOutcome.REGISTERED
    assert found.resident != hanako


async def test_the_certificate_itself_among_its_predecessors_says_nothing(
    residents: Residents, hanako: Resident
) -> None:
    found = await come(residents, after(auth(11), 11), after(sign(12), 12), SABURO)
    assert found.outcome is RegistrationOutcome.REGISTERED
    again = await come(residents, after(auth(1), 1), after(sign(2), 2))
    assert (again.resident, again.renewed) == (hanako, ())


async def test_what_could_not_be_told_makes_nobody_new(
    residents: Residents, records: Records, hanako: Resident
) -> None:
    before = await rows(records)
    for pair in ((untold(auth(11)), sign(12)), (auth(11), untold(sign(12)))):
        with pytest.raises(PredecessorsUnknownError):
            await come(residents, *pair, SABURO)
    assert await rows(records) == before
    # Where an operator looks anyway, nothing is different.
    assert (await come(residents, untold(auth(11)), untold(sign(12)))).outcome is WAITING


async def test_of_what_is_bound_already_nothing_has_to_be_told(
    residents: Residents, hanako: Resident
) -> None:
    for pair in ((auth(1), untold(sign(12))), (untold(auth(11)), sign(2))):
        found = await come(residents, *pair)
        assert (found.outcome, found.resident) == (KNOWN, hanako)
