"""Registration: one card is one person, and what is not certain waits for a person's decision."""

from datetime import timedelta

import anyio
import pytest
import sqlalchemy as sa

from gateway.residents.common_id import is_common_id
from gateway.residents.model import RegistrationOutcome, ResidentState, ReviewCause
from gateway.residents.records import basic_attributes, binding_reviews, certificates
from gateway.residents.records import residents as residents_table
from gateway.residents.registry import Residents
from gateway.store.api import Records
from tests.residents.people import (
    HANAKO,
    HANAKO_MOVED,
    NOT_AFTER,
    NOW,
    SABURO,
    auth,
    register,
    sign,
)

pytestmark = pytest.mark.anyio
REGISTERED, KNOWN = RegistrationOutcome.REGISTERED, RegistrationOutcome.KNOWN
WAITING = RegistrationOutcome.WAITING


async def count(records: Records, table: sa.Table) -> int:
    async with records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(table))
        return found.scalar_one()


async def reviews(records: Records) -> list[tuple[str, str | None, str]]:
    columns = (
        binding_reviews.c.cause,
        binding_reviews.c.waiting_resident_id,
        binding_reviews.c.candidate_resident_id,
    )
    async with records.reading() as connection:
        rows = await connection.execute(sa.select(*columns).order_by(binding_reviews.c.opened_at))
        return [(cause, waiting, candidate) for cause, waiting, candidate in rows]


async def test_a_new_card_is_a_new_resident_found_by_either_certificate(
    residents: Residents,
) -> None:
    registration = await register(residents, 1, 2)
    hanako = registration.resident
    assert (registration.outcome, hanako.state) == (REGISTERED, ResidentState.ACTIVE)
    assert is_common_id(hanako.common_id)
    assert await residents.find(auth(1)) == hanako
    assert await residents.find(sign(2)) == hanako
    assert await residents.get(hanako.resident_id) == hanako
    assert await residents.attributes(hanako.resident_id) == HANAKO


async def test_nobody_is_found_by_a_strange_certificate(residents: Residents) -> None:
    assert await residents.find(auth(1)) is None
    await register(residents, 1, 2)
    for strange in (auth(2), sign(1), auth(12)):
        assert await residents.find(strange) is None
    assert await residents.get("0" * 32) is None
    assert await residents.attributes("0" * 32) is None


async def test_the_same_card_again_is_the_same_resident(
    residents: Residents, records: Records
) -> None:
    first = await register(residents, 1, 2)
    again = await register(residents, 1, 2)
    assert (again.outcome, again.resident) == (KNOWN, first.resident)
    assert await count(records, residents_table) == 1
    assert await count(records, certificates) == 2
    assert await reviews(records) == []


async def test_two_cards_are_two_residents_who_share_nothing(residents: Residents) -> None:
    hanako = (await register(residents, 1, 2)).resident
    saburo = (await register(residents, 3, 4, SABURO)).resident
    assert hanako.resident_id != saburo.resident_id
    assert hanako.common_id != saburo.common_id
    assert await residents.attributes(saburo.resident_id) == SABURO


async def test_another_card_with_the_same_attributes_waits_and_is_never_merged(
    residents: Residents, records: Records
) -> None:
    first = await register(residents, 1, 2)
    second = await register(residents, 3, 4)
    assert second.outcome is WAITING
    assert second.resident.state is ResidentState.WAITING
    assert second.resident.resident_id != first.resident.resident_id
    assert await residents.find(auth(1)) == first.resident
    assert await residents.find(auth(3)) == second.resident
    ids = (second.resident.resident_id, first.resident.resident_id)
    assert await reviews(records) == [(ReviewCause.SAME_ATTRIBUTES, *ids)]


async def test_who_waits_goes_on_waiting_and_the_question_is_asked_once(
    residents: Residents, records: Records
) -> None:
    await register(residents, 1, 2)
    second = await register(residents, 3, 4)
    again = await register(residents, 3, 4)
    assert (again.outcome, again.resident) == (WAITING, second.resident)
    assert len(await reviews(records)) == 1


async def test_after_a_move_it_is_the_same_resident_with_new_attributes(
    residents: Residents, records: Records
) -> None:
    first = await register(residents, 1, 2)
    moved = await register(residents, 1, 3, HANAKO_MOVED)
    assert (moved.outcome, moved.resident) == (KNOWN, first.resident)
    assert await residents.attributes(first.resident.resident_id) == HANAKO_MOVED
    assert await residents.find(sign(2)) == first.resident
    assert await residents.find(sign(3)) == first.resident
    assert await count(records, basic_attributes) == 1
    # Her old attributes are free: somebody else with them is no namesake of hers.
    assert (await register(residents, 8, 9, HANAKO)).outcome is REGISTERED


async def test_a_renewed_authentication_certificate_is_bound_to_the_same_resident(
    residents: Residents,
) -> None:
    first = await register(residents, 1, 2)
    renewed = await register(residents, 5, 2)
    assert (renewed.outcome, renewed.resident) == (KNOWN, first.resident)
    assert await residents.find(auth(5)) == first.resident
    assert await residents.find(auth(1)) == first.resident


async def test_another_birth_date_behind_a_known_card_binds_and_changes_nothing(
    residents: Residents, records: Records
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    for _ in range(2):
        assert (await register(residents, 1, 9, SABURO)).outcome is WAITING
    assert await residents.find(sign(9)) is None
    assert await residents.attributes(hanako.resident_id) == HANAKO
    assert await residents.get(hanako.resident_id) == hanako
    assert await reviews(records) == [(ReviewCause.OTHER_BIRTH_DATE, None, hanako.resident_id)]
    assert await count(records, residents_table) == 1


async def test_certificates_of_two_residents_together_change_nothing(
    residents: Residents, records: Records
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    saburo = (await register(residents, 3, 4, SABURO)).resident
    assert (await register(residents, 1, 4, SABURO)).outcome is WAITING
    assert await residents.find(auth(1)) == hanako
    assert await residents.find(sign(4)) == saburo
    assert await residents.attributes(hanako.resident_id) == HANAKO
    assert await residents.attributes(saburo.resident_id) == SABURO
    assert await reviews(records) == [(ReviewCause.TWO_RESIDENTS, None, saburo.resident_id)]


async def test_twenty_registrations_of_one_card_at_once_make_one_resident(
    residents: Residents, records: Records
) -> None:
    found = []

    async def visit() -> None:
        found.append(await register(residents, 1, 2))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(visit)
    assert sorted(each.outcome for each in found) == [KNOWN] * 19 + [REGISTERED]
    assert len({each.resident.common_id for each in found}) == 1
    assert await count(records, residents_table) == 1
    assert await count(records, certificates) == 2
    assert await count(records, basic_attributes) == 1
    assert await reviews(records) == []


async def test_twenty_cards_with_the_same_attributes_at_once_leave_one_who_does_not_wait(
    residents: Residents, records: Records
) -> None:
    found = []

    async def visit(serial: int) -> None:
        found.append(await register(residents, serial, 100 + serial))

    async with anyio.create_task_group() as group:
        for serial in range(20):
            group.start_soon(visit, serial)
    assert sorted(each.outcome for each in found) == [REGISTERED] + [WAITING] * 19
    assert len({each.resident.resident_id for each in found}) == 20
    assert len(await reviews(records)) == 19


async def test_one_card_with_two_signature_certificates_at_once_is_one_resident(
    residents: Residents, records: Records
) -> None:
    found = []

    async def visit(serial: int) -> None:
        moved = HANAKO if serial % 2 else HANAKO_MOVED
        found.append(await register(residents, 1, serial, moved))

    async with anyio.create_task_group() as group:
        for serial in range(2, 12):
            group.start_soon(visit, serial)
    assert len({each.resident.resident_id for each in found}) == 1
    assert await count(records, residents_table) == 1
    assert await count(records, certificates) == 11


async def test_times_are_kept_as_they_were_given(residents: Residents, records: Records) -> None:
    later = NOW + timedelta(days=30)
    await register(residents, 1, 2)
    await register(residents, 1, 3, HANAKO_MOVED, later)
    query = sa.select(certificates.c.bound_at, certificates.c.not_after)
    async with records.reading() as connection:
        rows = (await connection.execute(query.order_by(certificates.c.bound_at))).all()
        read_at = (await connection.execute(sa.select(basic_attributes.c.read_at))).scalar_one()
    assert [tuple(row) for row in rows] == [(NOW, NOT_AFTER)] * 2 + [(later, NOT_AFTER)]
    assert read_at == later
