"""How a tenant and the platform stand: counted of one's own, day by day in Japan."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.audit.model import LogKind, Outcome
from gateway.operators.model import Role
from gateway.tenants.records import clients
from tests.admin.api.log_book import entry, write
from tests.support.gateway import NOW
from tests.support.operators import API, Office
from tests.support.town import HANAKO, Town
from tests.tenants.town import READER, SERVICE

pytestmark = pytest.mark.anyio
TENANT = f"{API}/tenants/hanasaki"
DASHBOARD = f"{TENANT}/dashboard"
DAY = timedelta(days=1)


async def dashboard(office: Office, role: Role = Role.SERVICE_MANAGER) -> dict[str, Any]:
    async with office.at_desk(await office.operator(role, "hanasaki")) as desk:
        answer = await desk.get(DASHBOARD)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_new_tenant_has_nothing_yet(office: Office) -> None:
    found = await dashboard(office)
    assert found["services"] == {"active": 0, "suspended": 0, "deleted": 0}
    assert found["operators"]["active"] == 1
    assert (found["networks"], found["deeds_waiting"], found["secrets"]) == (1, 0, [])
    assert len(found["days"]) == 30
    assert found["days"][-1]["day"] == "2026-11-21"


async def test_services_and_readers_are_counted_by_state(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki", "manager")
    async with office.at_desk(manager) as desk:
        for client_id in ("health", "points"):
            new = {"client_id": client_id, "metadata": SERVICE}
            assert (await desk.post(f"{TENANT}/services", json=new)).status_code == 201
        await desk.post(f"{TENANT}/readers", json={"client_id": "counter", "metadata": READER})
        seen = {"If-Match": '"1"'}
        await desk.put(f"{TENANT}/services/points/suspension", headers=seen)
    found = await dashboard(office, Role.AUDITOR)
    assert found["services"] == {"active": 1, "suspended": 1, "deleted": 0}
    assert found["readers"] == {"active": 1, "suspended": 0, "deleted": 0}


async def test_deeds_are_counted_by_the_day_in_japan_and_one_tenants_alone(office: Office) -> None:
    midnight = NOW.replace(hour=15) - DAY
    await write(
        office,
        entry(midnight),
        entry(midnight - timedelta(microseconds=1)),
        entry(midnight, tenant_id="minato"),
        entry(midnight, deed="card.refused", outcome=Outcome.REFUSED),
        entry(NOW - 31 * DAY),
    )
    days = {each["day"]: each["counts"] for each in (await dashboard(office))["days"]}
    assert days["2026-11-21"]["service.signed_in"] == 1
    assert days["2026-11-21"]["card.refused"] == 1
    assert days["2026-11-20"]["service.signed_in"] == 1
    assert sum(counts["service.signed_in"] for counts in days.values()) == 2


async def test_secrets_are_told_of_when_they_are_old_or_doubled(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki", "manager")
    async with office.at_desk(manager) as desk:
        for client_id in ("fresh", "old", "doubled"):
            new = {"client_id": client_id, "metadata": SERVICE}
            assert (await desk.post(f"{TENANT}/services", json=new)).status_code == 201
        await desk.post(f"{TENANT}/services/doubled/secrets", headers={"If-Match": '"1"'})
    made = sa.update(clients).values(client_secret_made_at=NOW - 366 * DAY)
    async with office.gateway.provider.records.writing() as connection:
        await connection.execute(made.where(clients.c.client_id == "old"))
    secrets = (await dashboard(office))["secrets"]
    assert [(one["client_id"], one["former_until"] is None) for one in secrets] == [
        ("old", True),
        ("doubled", False),
    ]
    office.gateway.clock.forward(days=8)
    assert [one["client_id"] for one in (await dashboard(office, Role.CLERK))["secrets"]] == ["old"]


async def test_the_cards_side_is_told_with_its_times(office: Office, town: Town) -> None:
    town.card(HANAKO, NOW)
    readiness = (await dashboard(office))["readiness"]
    assert [part["name"] for part in readiness["parts"]][:2] == ["records", "moments"]
    assert {anchor["anchor_set"] for anchor in readiness["anchors"]} == {"jpki-auth", "jpki-sign"}
    (source,) = readiness["sources"]
    assert (source["name"], source["failed"]) == ("crl", False)
    assert source["evidence"]["fresh"] > 0
    assert source["evidence"]["as_of"] < "2026-11-21T09:01" < source["evidence"]["next_due"]


async def test_the_platform_sees_all_tenants_and_what_waits(office: Office) -> None:
    day: dict[str, Any] = {"tenant_id": None, "kind": LogKind.AUTHENTICATION}
    await write(
        office,
        entry(NOW, deed="resident.signed_in", **day),
        entry(NOW, deed="resident.refused", outcome=Outcome.REFUSED, **day),
        entry(NOW, deed="card.verified", tenant_id="minato"),
        entry(NOW, deed="gate.refused", **{**day, "kind": LogKind.EVENT}),
    )
    asker = await office.operator(Role.AUDITOR, "minato")
    async with office.at_desk(asker) as desk:
        asked = {"filter": {}, "document_number": "花総発第12号", "reason": "監査"}
        await desk.post(f"{API}/tenants/minato/exports", json=asked)
    clerk = await office.operator(Role.CLERK)
    async with office.at_desk(clerk) as desk:
        found = (await desk.get(f"{API}/overview")).json()
    assert found["tenants"]["active"] == 2
    assert (found["reviews_waiting"], found["deeds_waiting"]) == (0, 1)
    assert found["days"][-1]["counts"] == {
        "resident.signed_in": 1,
        "resident.registered": 0,
        "resident.refused": 1,
        "card.verified": 1,
        "card.refused": 0,
        "gate.refused": 1,
    }


async def test_a_tenants_operators_see_their_own_alone(office: Office) -> None:
    operator = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(operator) as desk:
        assert (await desk.get(DASHBOARD)).status_code == 200
        assert (await desk.get(f"{API}/tenants/minato/dashboard")).status_code == 404
        assert (await desk.get(f"{API}/overview")).status_code == 403
