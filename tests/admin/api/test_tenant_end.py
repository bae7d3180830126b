"""The end of a tenant: asked for a deleted one only, approved by another, and nothing opens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.audit.destruction import check_destruction
from gateway.consent.records import consents
from gateway.oidc.records import grants
from gateway.operators.api_tokens import find_by_token, make_api_token
from gateway.operators.invitations import make_invitation, use_invitation
from gateway.operators.model import Operator, Role
from gateway.residents.model import Resident
from gateway.residents.records import links
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import logged
from tests.support.operators import API, HALL, Office
from tests.support.relying_party import RelyingParty
from tests.tenants.town import SERVICE

pytestmark = pytest.mark.anyio
REASONS = {"document_number": "県デ第12号", "reason": "共同利用の終了による"}
HANASAKI = f"{API}/tenants/hanasaki"
DAY = timedelta(days=1)


@dataclass
class Case:
    """Hanasaki, whose service knows Hanako; and whoever administers it."""

    office: Office
    first: Operator
    second: Operator
    own: Operator
    hanako: Resident
    health: RelyingParty
    tokens: dict[str, Any]

    async def delete(self) -> None:
        async with self.office.at_desk(self.first) as desk:
            version = (await desk.get(HANASAKI)).headers["etag"]
            answer = await desk.delete(HANASAKI, headers={"If-Match": version})
            assert answer.status_code == 200, answer.text

    async def end(self, tenant_id: str = "hanasaki") -> str:
        async with self.office.at_desk(self.first) as desk:
            asked = await desk.post(f"{API}/tenants/{tenant_id}/end", json=REASONS)
            assert asked.status_code == 201, asked.text
            deed_id: str = asked.json()["deed_id"]
            assert (await desk.put(f"{API}/deeds/{deed_id}/approval")).status_code == 409
        async with self.office.at_desk(self.second) as desk:
            approved = await desk.put(f"{API}/deeds/{deed_id}/approval")
            assert approved.status_code == 200, approved.text
        return deed_id


@pytest.fixture
async def case(office: Office) -> Case:
    gateway = office.gateway
    health = RelyingParty(gateway, await gateway.service())
    hanako = await gateway.resident()
    await gateway.provider.links.put("health", hanako.resident_id, "H-1", gateway.clock())
    await gateway.consent(health.client, hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        tokens = await health.tokens(browser)
    return Case(
        office,
        await office.operator(login_name="suzuki"),
        await office.operator(login_name="tanaka"),
        await office.operator(tenant_id="hanasaki"),
        hanako,
        health,
        tokens,
    )


async def count(gateway: Gateway, table: sa.Table) -> int:
    async with gateway.provider.records.reading() as connection:
        query = sa.select(sa.func.count()).select_from(table)
        return (await connection.execute(query)).scalar_one()


async def test_one_that_is_in_use_is_not_ended(case: Case) -> None:
    async with case.office.at_desk(case.first) as desk:
        assert (await desk.post(f"{HANASAKI}/end", json=REASONS)).status_code == 409
        nobody = await desk.post(f"{API}/tenants/nowhere/end", json=REASONS)
        assert nobody.status_code == 404
    await case.delete()
    async with case.office.at_desk(await case.office.operator(Role.CLERK)) as desk:
        assert (await desk.post(f"{HANASAKI}/end", json=REASONS)).status_code == 403
    assert await logged(case.office.gateway, "deed.asked") == []


async def test_its_own_administrator_does_not_end_it(case: Case) -> None:
    async with case.office.at_desk(case.own) as desk:
        assert (await desk.post(f"{HANASAKI}/end", json=REASONS)).status_code == 403
    assert await logged(case.office.gateway, "deed.asked") == []


async def test_its_services_links_consents_and_grants_are_gone(case: Case) -> None:
    gateway = case.office.gateway
    now = gateway.clock()
    async with case.office.at_desk(case.first) as desk:
        other = {"client_id": "points", "metadata": SERVICE}
        assert (await desk.post(f"{API}/tenants/minato/services", json=other)).status_code == 201
    await gateway.provider.links.put("points", case.hanako.resident_id, "P-1", now)
    await case.delete()
    await case.end()
    assert await gateway.provider.clients.find("health") is None
    assert await gateway.provider.clients.find("points") is not None
    async with gateway.browser() as browser:
        assert (await case.health.authorize(browser)).status_code == 400
    assert (await case.health.refresh(case.tokens["refresh_token"])).status_code == 401
    userinfo = await case.health.call("GET", "/userinfo", case.tokens["access_token"])
    assert userinfo.status_code == 401
    assert [await count(gateway, table) for table in (links, consents, grants)] == [1, 0, 0]
    # Whom it served is a resident as before.
    assert await gateway.provider.residents.attributes(case.hanako.resident_id) is not None


async def test_its_operators_do_not_come_in_by_any_way(case: Case) -> None:
    provider = case.office.gateway.provider
    records, key, now = provider.records, provider.keyed_hash, case.office.gateway.clock()
    invited = await case.office.operator(Role.CLERK, "hanasaki")
    async with records.writing() as connection:
        _, token = await make_api_token(connection, key, case.own.operator_id, "script", DAY, now)
        link = await make_invitation(connection, key, invited.operator_id, DAY, now)
    async with case.office.at_desk(case.own) as desk:
        assert (await desk.get(f"{HANASAKI}/services")).status_code == 200
        await case.delete()
        await case.end()
        assert (await desk.get(f"{HANASAKI}/services")).status_code == 401
    async with case.office.browser() as program:
        answer = await program.get(HANASAKI, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert (await program.get(f"/admin/invitations/{link}")).status_code != 200
    async with records.writing() as connection:
        assert await find_by_token(connection, key, token, now) is None
        assert await use_invitation(connection, key, link, now) is None
    async with case.office.at_desk(case.first) as desk:
        listed = (await desk.get(f"{HANASAKI}/operators")).json()["items"]
        assert {one["state"] for one in listed} == {"deleted"}


async def test_the_certificate_counts_what_it_had(case: Case) -> None:
    await case.delete()
    deed_id = await case.end()
    async with case.office.at_desk(case.first) as desk:
        shown = (await desk.get(f"{API}/deeds/{deed_id}/certificate")).json()
        claims = check_destruction(shown["certificate"], (await desk.get("/jwks")).json(), ISSUER)
    assert (claims["subject"], claims["subject_id"]) == ("tenant", "hanasaki")
    counted = {item["information_item"].split(" / ")[1]: item for item in claims["items"]}
    assert {name: item["quantity"] for name, item in counted.items()} == {
        "registration of the tenant": 1,
        "registrations of services and readers": 1,
        "secrets of services and readers (hashes)": 1,
        "allow-list": 1,
        "links to services": 1,
        "consents": 1,
        "grants to services": 1,
        "operators' credentials": 1,
    }
    (entry,) = await logged(case.office.gateway, "tenant.ended")
    assert (entry.tenant_id, entry.detail) == ("hanasaki", {"deed": deed_id})


async def test_an_empty_tenant_ends_too_and_its_id_is_never_given_again(office: Office) -> None:
    async with office.at_desk(await office.operator(login_name="suzuki")) as first:
        new = {"tenant_id": "yamabiko", "name_ja": "山彦村", "name_en": "Yamabiko"}
        assert (await first.post(f"{API}/tenants", json=new)).status_code == 201
        path = f"{API}/tenants/yamabiko"
        await first.delete(path, headers={"If-Match": '"1"'})
        deed_id = (await first.post(f"{path}/end", json=REASONS)).json()["deed_id"]
        async with office.at_desk(await office.operator(login_name="tanaka")) as second:
            answer = await second.put(f"{API}/deeds/{deed_id}/approval")
            assert (answer.status_code, answer.json()["has_certificate"]) == (200, True)
        assert (await first.post(f"{API}/tenants", json=new)).status_code == 409
        ended = await first.get(path)
        assert (ended.json()["state"], ended.json()["name_ja"]) == ("ended", "")
        back = await first.delete(f"{path}/deletion", headers={"If-Match": ended.headers["etag"]})
        assert back.status_code == 409


async def test_what_has_ended_takes_nothing_new(case: Case) -> None:
    await case.delete()
    await case.end()
    async with case.office.at_desk(case.first) as desk:
        invitation = {
            "login_name": "new",
            "name": "新人",
            "department": "総務課",
            "role": "administrator",
        }
        for below, body in (
            ("operators", invitation),
            ("networks", {"network": "192.0.2.0/24", "note": ""}),
            ("services", {"client_id": "newer", "metadata": SERVICE}),
            ("end", REASONS),
        ):
            answer = await desk.post(f"{HANASAKI}/{below}", json=body)
            assert answer.status_code == 409, (below, answer.text)
        assert (await desk.get(f"{HANASAKI}/networks")).json() == []
    async with case.office.browser(HALL) as browser:
        assert (await browser.get(f"{HANASAKI}/services")).status_code == 401


async def test_what_was_restored_meanwhile_is_not_ended(case: Case) -> None:
    await case.delete()
    async with case.office.at_desk(case.first) as desk, case.office.at_desk(case.second) as second:
        deed_id = (await desk.post(f"{HANASAKI}/end", json=REASONS)).json()["deed_id"]
        version = (await desk.get(HANASAKI)).headers["etag"]
        back = await desk.delete(f"{HANASAKI}/deletion", headers={"If-Match": version})
        assert back.status_code == 200
        assert (await second.put(f"{API}/deeds/{deed_id}/approval")).status_code == 409
        assert (await second.get(f"{API}/deeds/{deed_id}")).json()["state"] == "waiting"
        on = await desk.delete(f"{HANASAKI}/suspension", headers={"If-Match": back.headers["etag"]})
        assert on.json()["state"] == "active"
    assert await case.office.gateway.provider.clients.find("health") is not None
    assert await logged(case.office.gateway, "deed.approved", "tenant.ended") == []
