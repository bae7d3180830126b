"""The whole way of a resident's deletion: asked, approved by another, destroyed, certified."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import sqlalchemy as sa

from gateway.admin.api.carrying_out import MEDIUM
from gateway.audit.destruction import check_destruction
from gateway.consent.records import consents
from gateway.errors import InvalidToken
from gateway.oidc.records import grants
from gateway.operators.model import Operator, Role
from gateway.residents.model import Resident, ResidentState
from gateway.residents.records import basic_attributes, certificates, links
from tests.residents.people import HANAKO, register
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import break_log, log_text, logged
from tests.support.operators import API, Office, no_longer_fresh
from tests.support.relying_party import RelyingParty
from tests.support.states import become

pytestmark = pytest.mark.anyio
REASONS = {"document_number": "花住第7号", "reason": "本人の請求による"}
LOCAL_ID = "H-4711-hanako"
TABLES = (basic_attributes, certificates, links, consents, grants)


@dataclass
class Case:
    """Hanako, signed in at a service that has linked her, and two who administer."""

    office: Office
    hanako: Resident
    health: RelyingParty
    tokens: dict[str, Any]
    browser: httpx2.AsyncClient
    first: Operator
    second: Operator

    @property
    def path(self) -> str:
        return f"{API}/residents/{self.hanako.resident_id}"

    async def ask(self) -> str:
        async with self.office.at_desk(self.first) as desk:
            answer = await desk.post(f"{self.path}/deletion", json=REASONS)
            assert answer.status_code == 201, answer.text
            deed_id: str = answer.json()["deed_id"]
            return deed_id

    async def approve(self, deed_id: str, by: Operator | None = None) -> httpx2.Response:
        async with self.office.at_desk(by or self.second) as desk:
            return await desk.put(f"{API}/deeds/{deed_id}/approval")


@pytest.fixture
async def case(office: Office) -> Case:
    gateway = office.gateway
    hanako, health = await gateway.resident(), RelyingParty(gateway, await gateway.service())
    await gateway.provider.links.put("health", hanako.resident_id, LOCAL_ID, gateway.clock())
    await gateway.consent(health.client, hanako)
    browser = gateway.browser()
    await gateway.sign_in(browser, hanako)
    tokens = await health.tokens(browser)
    first = await office.operator(login_name="suzuki")
    second = await office.operator(login_name="tanaka")
    gateway.clock.forward(seconds=1)
    return Case(office, hanako, health, tokens, browser, first, second)


async def rows_of(gateway: Gateway, resident: Resident) -> list[int]:
    """How many there are in each of `TABLES`."""
    async with gateway.provider.records.reading() as connection:
        counts = []
        for table in TABLES:
            own = sa.select(sa.func.count()).where(table.c.resident_id == resident.resident_id)
            counts.append((await connection.execute(own)).scalar_one())
    return counts


async def traces_of(gateway: Gateway, resident: Resident) -> list[bytes]:
    """What opens the attributes, what they are found by, and what names her at the service."""
    mine = sa.select(basic_attributes).where(basic_attributes.c.resident_id == resident.resident_id)
    async with gateway.provider.records.reading() as connection:
        row = (await connection.execute(mine)).one()
    hashes = (row.attributes_hash.encode(), row.name_birth_hash.encode())
    return [row.wrapped_key, row.ciphertext, *hashes, LOCAL_ID.encode()]


async def test_what_two_have_decided_is_gone_to_the_bytes_and_certified(
    case: Case, tmp_path: Path
) -> None:
    gateway = case.office.gateway
    await gateway.resident("湊　太郎")
    traces = await traces_of(gateway, case.hanako)
    deed_id = await case.ask()
    assert await gateway.provider.records.overwrite_deleted()
    file = tmp_path / "genkan.db"
    assert all(trace in file.read_bytes() for trace in traces)  # they are looked for rightly
    answer = await case.approve(deed_id)
    assert (answer.status_code, answer.json()["has_certificate"]) == (200, True)
    assert await rows_of(gateway, case.hanako) == [0, 0, 0, 0, 0]
    for left in (file, tmp_path / "genkan.db-wal"):
        content = left.read_bytes()
        assert not any(trace in content for trace in traces)
    claims = await _certificate(case, deed_id)
    assert claims["subject_id"] == gateway.provider.audit.pseudonym(case.hanako.resident_id)
    assert claims["asked_by"] == "administrator (suzuki)"
    assert claims["approved_by"] == claims["responsible_person"] == "administrator (tanaka)"
    assert claims["document_number"] == REASONS["document_number"]
    assert claims["date"] == gateway.clock().isoformat(timespec="seconds")
    assert [(item["quantity"], item["method"]) for item in claims["items"]] == [
        (1, "key_destroyed"),
        (2, "overwritten"),
        (1, "overwritten"),
        (1, "overwritten"),
        (1, "overwritten"),
    ]
    assert {item["medium_name"] for item in claims["items"]} == {MEDIUM}
    # Somebody else's data stays.
    async with gateway.provider.records.reading() as connection:
        query = sa.select(sa.func.count()).select_from(basic_attributes)
        assert (await connection.execute(query)).scalar_one() == 1


async def _certificate(case: Case, deed_id: str) -> dict[str, Any]:
    async with case.office.at_desk(case.first) as desk:
        shown = (await desk.get(f"{API}/deeds/{deed_id}/certificate")).json()
        jwks = (await desk.get("/jwks")).json()
    claims = check_destruction(shown["certificate"], jwks, ISSUER)
    assert shown["claims"] == claims
    header, _, rest = shown["certificate"].partition(".")
    with pytest.raises(InvalidToken):
        check_destruction(f"{header}.{'A' + rest[1:]}", jwks, ISSUER)
    assert case.hanako.common_id not in str(claims)
    assert case.hanako.resident_id not in str(claims)
    return dict(claims)


async def test_nothing_that_was_open_opens_any_more(case: Case) -> None:
    await case.approve(await case.ask())
    userinfo = await case.health.call("GET", "/userinfo", case.tokens["access_token"])
    assert userinfo.status_code == 401
    refreshed = await case.health.refresh(case.tokens["refresh_token"])
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")
    again = await case.health.authorize(case.browser)
    assert again.headers["location"].startswith("/login")
    async with case.office.at_desk(case.second) as desk:
        shown = (await desk.get(case.path)).json()
        assert (shown["state"], shown["certificates"], shown["links"]) == ("deleted", [], [])
        assert (await desk.post(f"{case.path}/views")).status_code == 404
        by_name = {"name": "花咲　花子", "birth_date": "1985-04-12"}
        found = await desk.post(f"{API}/residents/searches", json=by_name)
        assert found.json() == []


async def test_it_stands_in_the_log_from_beginning_to_end_without_a_name(case: Case) -> None:
    audit = case.office.gateway.provider.audit
    deed_id = await case.ask()
    await case.approve(deed_id)
    deeds = ("deed.asked", "deed.approved", "resident.deleted")
    entries = await logged(case.office.gateway, *deeds)
    assert tuple(entry.deed for entry in entries) == deeds
    assert {entry.resident for entry in entries} == {audit.pseudonym(case.hanako.resident_id)}
    assert {entry.detail["deed"] for entry in entries} == {deed_id}
    actors = [entry.origin.actor for entry in entries]
    first, second = case.first.operator_id, case.second.operator_id
    assert actors == [f"operator:{first}", f"operator:{second}", f"operator:{second}"]
    written = await log_text(case.office.gateway)
    for secret in (LOCAL_ID, case.hanako.common_id, case.hanako.resident_id):
        assert secret not in written


async def test_whoever_asked_does_not_approve_and_nothing_is_gone(case: Case) -> None:
    deed_id = await case.ask()
    assert (await case.approve(deed_id, case.first)).status_code == 409
    assert await rows_of(case.office.gateway, case.hanako) == [1, 2, 1, 1, 1]
    assert await logged(case.office.gateway, "deed.approved", "resident.deleted") == []


async def test_a_clerk_asks_and_never_approves(case: Case) -> None:
    clerk = await case.office.operator(Role.CLERK)
    other = await case.office.operator(Role.CLERK, login_name="other-clerk")
    async with case.office.at_desk(clerk) as desk:
        asked = await desk.post(f"{case.path}/deletion", json=REASONS)
        assert asked.status_code == 201
        deed_id = asked.json()["deed_id"]
    for nobody in (other, await case.office.operator(Role.AUDITOR)):
        assert (await case.approve(deed_id, nobody)).status_code == 403
    assert await rows_of(case.office.gateway, case.hanako) == [1, 2, 1, 1, 1]
    assert (await case.approve(deed_id)).status_code == 200


@pytest.mark.parametrize(
    ("role", "tenant_id"), [(Role.AUDITOR, None), (Role.ADMINISTRATOR, "hanasaki")]
)
async def test_nobody_else_asks(case: Case, role: Role, tenant_id: str | None) -> None:
    operator = await case.office.operator(role, tenant_id)
    async with case.office.at_desk(operator) as desk:
        assert (await desk.post(f"{case.path}/deletion", json=REASONS)).status_code == 403
    assert await logged(case.office.gateway, "deed.asked") == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"document_number": ""}, 422),
        ({"reason": " "}, 422),
        ({"reason": "a\u202eb"}, 422),
        ({"document_number": "x" * 101}, 400),
        ({"document_number": None}, 400),
    ],
)
async def test_nobody_asks_without_a_document_and_a_reason(
    case: Case, change: dict[str, str | None], status: int
) -> None:
    async with case.office.at_desk(case.first) as desk:
        answer = await desk.post(f"{case.path}/deletion", json={**REASONS, **change})
        assert answer.status_code == status
        assert (await desk.get(f"{API}/deeds")).json()["items"] == []


async def test_both_have_to_be_there(case: Case) -> None:
    deed_id = await case.ask()
    async with (
        case.office.at_desk(case.first) as first,
        case.office.at_desk(case.second) as second,
    ):
        no_longer_fresh(case.office)
        asked = await first.post(f"{case.path}/deletion", json=REASONS)
        approved = await second.put(f"{API}/deeds/{deed_id}/approval")
        for late in (asked, approved):
            assert late.status_code == 403
            assert late.json()["type"] == "urn:genkan:problem:reauthentication_needed"
    assert await rows_of(case.office.gateway, case.hanako) == [1, 2, 1, 1, 1]


async def test_of_two_who_approve_at_once_one_is_the_second_person(case: Case) -> None:
    deed_id = await case.ask()
    third = await case.office.operator(login_name="third")
    answers: list[int] = []

    async def approve(by: Operator) -> None:
        answers.append((await case.approve(deed_id, by)).status_code)

    async with anyio.create_task_group() as both:
        both.start_soon(approve, case.second)
        both.start_soon(approve, third)
    assert sorted(answers) == [200, 409]
    assert len(await logged(case.office.gateway, "resident.deleted")) == 1


async def test_the_same_is_not_asked_twice_nor_for_what_is_gone(case: Case) -> None:
    deed_id = await case.ask()
    async with case.office.at_desk(case.second) as desk:
        twice = await desk.post(f"{case.path}/deletion", json=REASONS)
        assert twice.status_code == 409
        assert (await case.approve(deed_id)).status_code == 200
        gone = await desk.post(f"{case.path}/deletion", json=REASONS)
        assert (gone.status_code, "destroyed already" in gone.text) == (409, True)
        nobody = await desk.post(f"{API}/residents/{'0' * 32}/deletion", json=REASONS)
        assert nobody.status_code == 404
    assert len(await logged(case.office.gateway, "deed.asked")) == 1


async def test_for_whoever_waits_a_review_is_decided_first(office: Office) -> None:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    waiting = (await register(residents, 3, 4, HANAKO, now)).resident
    async with office.at_desk(await office.operator()) as desk:
        path = f"{API}/residents/{waiting.resident_id}/deletion"
        assert (await desk.post(path, json=REASONS)).status_code == 409
    assert await logged(office.gateway, "deed.asked") == []


async def test_what_went_meanwhile_leaves_the_deed_undecided(case: Case) -> None:
    deed_id = await case.ask()
    await become(case.office.gateway, case.hanako.resident_id, ResidentState.DELETED)
    async with case.office.at_desk(case.second) as desk:
        assert (await desk.put(f"{API}/deeds/{deed_id}/approval")).status_code == 409
        assert (await desk.get(f"{API}/deeds/{deed_id}")).json()["state"] == "waiting"
        assert (await desk.get(f"{API}/deeds/{deed_id}/certificate")).status_code == 404
    assert await logged(case.office.gateway, "deed.approved", "resident.deleted") == []


async def test_what_cannot_be_logged_is_not_destroyed(case: Case) -> None:
    deed_id = await case.ask()
    await break_log(case.office.gateway)
    assert (await case.approve(deed_id)).status_code == 500
    assert await rows_of(case.office.gateway, case.hanako) == [1, 2, 1, 1, 1]
