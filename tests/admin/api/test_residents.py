"""Residents through the API: found without a trace of what was typed, opened with one, shut out."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from gateway.operators.model import Role
from gateway.residents.model import Resident
from gateway.residents.registry import Residents
from tests.residents.people import SABURO, auth, sign
from tests.support.gateway import ALL_SCOPES
from tests.support.log import log_text, logged
from tests.support.operators import API, Office, no_longer_fresh
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
SEARCHES = f"{API}/residents/searches"
BIRTH_DATE = "1985-04-12"


@pytest.fixture
async def hanako(office: Office) -> Resident:
    return await office.gateway.resident("花咲　花子")


@pytest.fixture
def residents(office: Office) -> Residents:
    return office.gateway.provider.residents


def at(resident: Resident, below: str = "") -> str:
    return f"{API}/residents/{resident.resident_id}{below}"


async def test_a_clerk_finds_somebody_in_three_ways_and_sees_no_name(
    office: Office, hanako: Resident
) -> None:
    service = await office.gateway.service()
    links = office.gateway.provider.links
    await links.put(service.client_id, hanako.resident_id, "H-1", office.gateway.clock())
    await office.gateway.resident("湊　太郎")
    clerk = await office.operator(Role.CLERK)
    async with office.at_desk(clerk) as desk:
        for asked in (
            {"name": "花咲 花子", "birth_date": BIRTH_DATE},
            {"common_id": hanako.common_id.lower()},
            {"client_id": "health", "local_id": "H-1"},
        ):
            answer = await desk.post(SEARCHES, json=asked)
            (found,) = answer.json()
            assert found["common_id"] == hanako.common_id
            assert "花咲" not in answer.text
        (link,) = found["links"]
        assert (link["client_name_ja"], link["tenant_id"]) == ("健康アプリ", "hanasaki")
    ways = [entry.detail for entry in await office.log("resident.searched")]
    assert [detail["by"] for detail in ways] == ["name", "common_id", "local_id"]
    written = await log_text(office.gateway)
    for typed in ("花咲 花子", BIRTH_DATE, hanako.common_id, "H-1"):
        assert typed not in written


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "name"),
        ({"birth_date": BIRTH_DATE}, "name"),
        ({"client_id": "health"}, "local_id"),
        ({"local_id": "H-1"}, "client_id"),
        ({"name": "花咲　花子", "common_id": "0"}, "name"),
        ({"common_id": "0123"}, "common_id"),
    ],
)
async def test_anything_but_one_way_finds_nobody(
    office: Office, hanako: Resident, asked: dict[str, str], field: str
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        answer = await desk.post(SEARCHES, json=asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field
    assert await office.log("resident.searched") == []


@pytest.mark.parametrize("local_id", ["", "x" * 256, "a\0b", "a\nb"])
async def test_what_no_store_should_see_is_refused(office: Office, local_id: str) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        asked = {"client_id": "health", "local_id": local_id}
        assert (await desk.post(SEARCHES, json=asked)).status_code == 400
        assert (await desk.get(f"{API}/residents/a%00b")).status_code == 404


async def test_a_page_of_one_shows_certificates_and_the_name_in_the_logs(
    office: Office, hanako: Resident
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        answer = await desk.get(at(hanako))
        shown = answer.json()
        kinds = {one["certificate_type"] for one in shown["certificates"]}
        assert kinds == {"signature", "authentication"}
        assert shown["pseudonym"] == office.gateway.provider.audit.pseudonym(hanako.resident_id)
        assert (answer.headers["etag"], shown["state"]) == ('"1"', "active")
        for nobody in ("0" * 32, "x"):
            assert (await desk.get(f"{API}/residents/{nobody}")).status_code == 404


async def test_every_look_at_the_attributes_is_logged_and_none_is_in_the_log(
    office: Office, hanako: Resident
) -> None:
    clerk = await office.operator(Role.CLERK)
    async with office.at_desk(clerk) as desk:
        answer = await desk.post(at(hanako, "/views"))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {
            "name": "花咲　花子",
            "name_substituted": False,
            "birth_date": BIRTH_DATE,
            "birth_date_on_card": "319850412",
            "gender": "2",
            "address": "花園県花咲町桜台一丁目２番３号",
            "address_substituted": False,
        }
        await desk.post(at(hanako, "/views"))
        assert (await desk.post(f"{API}/residents/{'0' * 32}/views")).status_code == 404
    looks = await office.log("resident.viewed")
    assert len(looks) == 2
    assert looks[0].origin.actor == f"operator:{clerk.operator_id}"
    assert looks[0].resident == office.gateway.provider.audit.pseudonym(hanako.resident_id)
    written = await log_text(office.gateway)
    assert "花咲" not in written
    assert hanako.resident_id not in written


async def test_substitute_characters_and_a_birth_date_that_is_not_whole_are_told(
    office: Office, residents: Residents
) -> None:
    card = replace(SABURO, birth_date="319511100", address_substitution="01")
    now = office.gateway.clock()
    saburo = (await residents.register(auth(1), sign(2), card, now)).resident
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        shown = (await desk.post(at(saburo, "/views"))).json()
    assert (shown["name_substituted"], shown["address_substituted"]) == (True, True)
    assert (shown["birth_date"], shown["birth_date_on_card"]) == (None, "319511100")


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.CLERK)]
)
async def test_nobody_else_sees_or_changes_a_resident(
    office: Office, hanako: Resident, role: Role
) -> None:
    async with office.at_desk(await office.operator(role)) as desk:
        await _gets_nothing(desk, hanako)
    async with office.at_desk(await office.operator(Role.CLERK, "hanasaki")) as desk:
        await _gets_nothing(desk, hanako)
    assert await logged(office.gateway, "resident.viewed", "resident.searched") == []


async def _gets_nothing(desk: httpx2.AsyncClient, resident: Resident) -> None:
    seen = {"If-Match": '"1"'}
    for answer in (
        await desk.post(SEARCHES, json={"common_id": resident.common_id}),
        await desk.get(at(resident)),
        await desk.post(at(resident, "/views")),
        await desk.put(at(resident, "/suspension"), headers=seen),
    ):
        assert answer.status_code in (403, 404)
        assert resident.common_id not in answer.text


async def test_a_suspended_resident_s_tokens_are_dead_and_stay_so(
    office: Office, hanako: Resident
) -> None:
    gateway = office.gateway
    health = RelyingParty(gateway, await gateway.service())
    tokens = await _signed_in(health, hanako)
    clerk = await office.operator(Role.CLERK)
    async with office.at_desk(clerk) as desk:
        gateway.clock.forward(seconds=1)
        gone = await desk.put(at(hanako, "/suspension"), headers={"If-Match": '"1"'})
        assert (gone.json()["state"], gone.headers["etag"]) == ("suspended", '"2"')
        await _are_dead(health, tokens)
        back = await desk.request("DELETE", at(hanako, "/suspension"), headers={"If-Match": '"2"'})
        assert back.json()["state"] == "active"
        await _are_dead(health, tokens)
    entries = await logged(office.gateway, "resident.suspended", "resident.resumed")
    assert len(entries) == 2
    assert {entry.resident for entry in entries} == {
        gateway.provider.audit.pseudonym(hanako.resident_id)
    }


async def _signed_in(health: RelyingParty, resident: Resident) -> dict[str, Any]:
    await health.gateway.consent(health.client, resident)
    async with health.gateway.browser() as browser:
        await health.gateway.sign_in(browser, resident)
        return await health.tokens(browser, scope=ALL_SCOPES)


async def _are_dead(health: RelyingParty, tokens: dict[str, Any]) -> None:
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 401
    refreshed = await health.refresh(tokens["refresh_token"])
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def test_deceased_is_undone_to_suspended(office: Office, hanako: Resident) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        await desk.put(at(hanako, "/death"), headers={"If-Match": '"1"'})
        undone = await desk.request("DELETE", at(hanako, "/death"), headers={"If-Match": '"2"'})
        assert undone.json()["state"] == "suspended"
    assert len(await logged(office.gateway, "resident.deceased", "resident.undeceased")) == 2


async def test_a_change_needs_the_state_and_the_version_that_were_seen(
    office: Office, hanako: Resident
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        path = at(hanako, "/suspension")
        assert (await desk.put(path)).status_code == 428
        assert (await desk.put(path, headers={"If-Match": '"2"'})).status_code == 412
        resumed = await desk.request("DELETE", path, headers={"If-Match": '"1"'})
        assert resumed.status_code == 409
        assert (await desk.get(at(hanako))).json()["state"] == "active"
        no_longer_fresh(office)
        assert (await desk.put(path, headers={"If-Match": '"1"'})).status_code == 200
    assert await office.log("resident.resumed") == []
