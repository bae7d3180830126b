"""At a sign-in: a renewed authentication certificate, and whom the one before it is bound to."""

import anyio
import pytest

from gateway.residents.model import (
    Registration,
    RegistrationOutcome,
    Resident,
    ResidentState,
)
from gateway.residents.records import certificates
from gateway.residents.registry import Residents
from gateway.residents.renewal import Renewals
from gateway.store.api import Records
from tests.residents.conftest import KEYED_HASH
from tests.residents.deciding import (
    KNOWN,
    WAITING,
    count,
    record_of,
    the_review,
)
from tests.residents.people import NOW, SABURO, auth, register
from tests.residents.renewing import after, rows, shut_out

pytestmark = pytest.mark.anyio


@pytest.fixture
def renewals(records: Records) -> Renewals:
    return Renewals(records, KEYED_HASH)


@pytest.fixture
async def hanako(residents: Residents) -> Resident:
    return (await register(residents, 1, 2)).resident


async def test_a_renewed_authentication_certificate_is_bound(
    residents: Residents, renewals: Renewals, records: Records, hanako: Resident
) -> None:
    found = await renewals.carry_over(after(auth(11), 1), NOW)
    assert found is not None
    assert (found.outcome, found.resident) == (KNOWN, hanako)
    assert [kind.value for kind in found.renewed] == ["authentication"]
    assert await residents.find(auth(11)) == hanako
    assert len((await record_of(records, hanako)).certificates) == 3


async def test_where_no_older_one_is_bound_nobody_is_known(
    renewals: Renewals, records: Records, hanako: Resident
) -> None:
    before = await rows(records)
    for older in ((), (2,), (7, 8)):
        assert await renewals.carry_over(after(auth(11), *older), NOW) is None
    assert await rows(records) == before


@pytest.mark.parametrize("state", [ResidentState.SUSPENDED, ResidentState.DECEASED])
async def test_somebody_shut_out_is_not_let_in_with_a_renewed_one(
    renewals: Renewals, records: Records, hanako: Resident, state: ResidentState
) -> None:
    await shut_out(records, hanako, state)
    before = await rows(records)
    found = await renewals.carry_over(after(auth(11), 1), NOW)
    assert found is not None
    assert found.outcome is RegistrationOutcome.REFUSED
    assert await rows(records) == before


async def test_somebody_destroyed_is_not_known_by_what_they_had(
    renewals: Renewals, records: Records, hanako: Resident
) -> None:
    await shut_out(records, hanako, ResidentState.DELETED)
    assert await renewals.carry_over(after(auth(11), 1), NOW) is None


async def test_whoever_waits_is_not_bound_to_anything_more(
    residents: Residents, renewals: Renewals, records: Records, hanako: Resident
) -> None:
    waiting = (await register(residents, 3, 4)).resident
    before = await rows(records)
    found = await renewals.carry_over(after(auth(11), 3), NOW)
    assert found is not None
    assert (found.outcome, found.resident) == (WAITING, waiting)
    assert await rows(records) == before


async def test_a_chain_that_leads_to_two_is_a_question(
    residents: Residents, renewals: Renewals, records: Records, hanako: Resident
) -> None:
    saburo = (await register(residents, 3, 4, SABURO)).resident
    for _ in range(2):
        found = await renewals.carry_over(after(auth(11), 3, 1), NOW)
        assert found is not None
        assert found.outcome is WAITING
    review = await the_review(records)
    pair = (review.candidate_resident_id, review.other_resident_id)
    assert pair == (saburo.resident_id, hanako.resident_id)
    assert await residents.find(auth(11)) is None


async def test_twenty_visits_at_once_bind_it_once(
    renewals: Renewals, records: Records, hanako: Resident
) -> None:
    found: list[Registration | None] = []

    async def visit() -> None:
        found.append(await renewals.carry_over(after(auth(11), 1), NOW))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(visit)
    made = [each for each in found if each is not None]
    assert len(made) == 20
    assert {each.resident.resident_id for each in made} == {hanako.resident_id}
    assert {each.outcome for each in made} == {KNOWN}
    assert sum(1 for each in made if each.renewed) == 1
    assert await count(records, certificates) == 3


async def test_what_cannot_be_written_down_binds_nothing(
    residents: Residents, renewals: Renewals, hanako: Resident
) -> None:
    async def fail(connection: object, registration: Registration) -> None:
        raise RuntimeError("no log")

    with pytest.raises(RuntimeError, match="no log"):
        await renewals.carry_over(after(auth(11), 1), NOW, fail)
    assert await residents.find(auth(11)) is None
