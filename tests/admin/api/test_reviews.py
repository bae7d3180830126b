"""Binding reviews through the API: shown with both, decided once, in the trace of either."""

from dataclasses import dataclass

import pytest

from gateway.operators.model import Role
from gateway.residents.model import Resident, ResidentState
from tests.residents.people import HANAKO, SABURO, auth, register, sign
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
REVIEWS = f"{API}/reviews"


@dataclass
class Case:
    """Hanako, and who came with a new card and the same four attributes."""

    hanako: Resident
    waiting: Resident


@pytest.fixture
async def case(office: Office) -> Case:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    hanako = (await register(residents, 1, 2, HANAKO, now)).resident
    waiting = (await register(residents, 3, 4, HANAKO, now)).resident
    return Case(hanako, waiting)


async def test_the_question_stands_with_both_and_what_may_be_decided(
    office: Office, case: Case
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        (listed,) = (await desk.get(REVIEWS)).json()["items"]
        one = await desk.get(f"{REVIEWS}/{listed['review_id']}")
        assert one.json() == listed
    assert listed["cause"] == "same_attributes"
    assert listed["candidate_resident_id"] == case.hanako.resident_id
    assert listed["other_resident_id"] == case.waiting.resident_id
    assert listed["possible"] == ["other_person", "refused", "same_person"]
    assert listed["decided_by_name"] is None


async def test_the_same_person_gets_the_card_and_both_have_it_in_their_trace(
    office: Office, case: Case
) -> None:
    clerk = await office.operator(Role.CLERK)
    audit = office.gateway.provider.audit
    async with office.at_desk(clerk) as desk:
        (listed,) = (await desk.get(REVIEWS)).json()["items"]
        path = f"{REVIEWS}/{listed['review_id']}/decision"
        decided = await desk.put(path, json={"decision": "same_person"})
        assert decided.status_code == 200
        assert decided.json()["decided_by_name"] == "clerk (clerk@platform)"
        again = await desk.put(path, json={"decision": "other_person"})
        assert again.status_code == 409
        assert (await desk.get(REVIEWS)).json()["items"] == []
    found = await office.gateway.provider.residents.find(auth(3))
    assert found is not None
    assert found.resident_id == case.hanako.resident_id
    entries = await office.log("review.decided")
    assert [entry.resident for entry in entries] == [
        audit.pseudonym(case.hanako.resident_id),
        audit.pseudonym(case.waiting.resident_id),
    ]
    assert {entry.detail["decision"] for entry in entries} == {"same_person"}


async def test_what_is_not_possible_is_not_decided(office: Office) -> None:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    await register(residents, 3, 4, SABURO, now)
    await register(residents, 1, 4, SABURO, now)
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        (listed,) = (await desk.get(REVIEWS)).json()["items"]
        assert listed["possible"] == ["other_person", "refused"]
        path = f"{REVIEWS}/{listed['review_id']}/decision"
        assert (await desk.put(path, json={"decision": "same_person"})).status_code == 409
        assert (await desk.put(path, json={"decision": "nobody"})).status_code == 400
        assert (await desk.get(f"{REVIEWS}/{'0' * 32}")).status_code == 404
        assert (await desk.get(REVIEWS, params={"after": "0" * 32})).status_code == 422
        assert len((await desk.get(REVIEWS)).json()["items"]) == 1
    assert await office.log("review.decided") == []
    held = await residents.find(sign(4))
    assert held is not None
    assert held.state is ResidentState.ACTIVE


@pytest.mark.parametrize(("role", "tenant_id"), [(Role.AUDITOR, None), (Role.CLERK, "hanasaki")])
async def test_nobody_else_sees_or_decides_a_review(
    office: Office, case: Case, role: Role, tenant_id: str | None
) -> None:
    async with office.at_desk(await office.operator(Role.ADMINISTRATOR)) as desk:
        (listed,) = (await desk.get(REVIEWS)).json()["items"]
    async with office.at_desk(await office.operator(role, tenant_id)) as desk:
        assert (await desk.get(REVIEWS)).status_code == 403
        path = f"{REVIEWS}/{listed['review_id']}"
        assert (await desk.get(path)).status_code == 403
        answer = await desk.put(f"{path}/decision", json={"decision": "refused"})
        assert answer.status_code == 403
    assert await office.log("review.decided") == []
