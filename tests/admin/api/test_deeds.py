"""Deeds that need two people, through the API: who sees, refuses and withdraws which."""

from collections.abc import Mapping

import pytest

from gateway.operators.model import Operator, Role
from tests.support.log import logged
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
EXPORT: Mapping[str, object] = {
    "filter": {"kind": "operation"},
    "document_number": "花総第3号",
    "reason": "監査のため",
}


@pytest.fixture
async def auditor(office: Office) -> Operator:
    return await office.operator(Role.AUDITOR, "hanasaki")


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator(Role.ADMINISTRATOR, "hanasaki")


def deeds(tenant_id: str | None = "hanasaki") -> str:
    return f"{API}/deeds" if tenant_id is None else f"{API}/tenants/{tenant_id}/deeds"


async def asked(office: Office, by: Operator, document_number: str = "花総第3号") -> str:
    """A second after whatever was before: no two ask for the same."""
    office.gateway.clock.forward(seconds=1)
    above = API if by.tenant_id is None else f"{API}/tenants/{by.tenant_id}"
    async with office.at_desk(by) as desk:
        body = {**EXPORT, "document_number": document_number}
        answer = await desk.post(f"{above}/exports", json=body)
        assert answer.status_code == 201, answer.text
        deed_id: str = answer.json()["deed_id"]
        return deed_id


async def test_a_deed_says_who_asked_what_for_and_until_when(
    office: Office, auditor: Operator, administrator: Operator
) -> None:
    deed_id = await asked(office, auditor)
    async with office.at_desk(administrator) as desk:
        one = (await desk.get(f"{deeds()}/{deed_id}")).json()
        assert (await desk.get(deeds())).json() == {"items": [one], "next": None}
    assert one["asked_by_name"] == "auditor (auditor@hanasaki)"
    assert (one["document_number"], one["reason"]) == ("花総第3号", "監査のため")
    assert (one["kind"], one["state"], one["resident"]) == ("export", "waiting", None)
    assert one["expires_at"] > one["asked_at"]
    assert (one["decided_by"], one["decided_by_name"], one["has_certificate"]) == (
        None,
        None,
        False,
    )


async def test_another_tenant_sees_and_decides_nothing_and_the_platform_all(
    office: Office, auditor: Operator
) -> None:
    deed_id = await asked(office, auditor)
    stranger = await office.operator(Role.ADMINISTRATOR, "minato")
    async with office.at_desk(stranger) as desk:
        for above in ("hanasaki", "minato"):
            path = f"{deeds(above)}/{deed_id}"
            assert (await desk.get(path)).status_code == 404
            assert (await desk.put(f"{path}/approval")).status_code == 404
            assert (await desk.put(f"{path}/refusal")).status_code == 404
            assert (await desk.delete(path)).status_code == 404
        assert (await desk.get(deeds("minato"))).json()["items"] == []
        assert (await desk.get(deeds(None))).status_code == 403
    async with office.at_desk(await office.operator()) as desk:
        (one,) = (await desk.get(deeds(None))).json()["items"]
        assert (one["deed_id"], one["tenant_id"]) == (deed_id, "hanasaki")
        assert one["state"] == "waiting"


async def test_it_is_refused_by_another_and_withdrawn_by_oneself(
    office: Office, auditor: Operator, administrator: Operator
) -> None:
    refused, withdrawn = await asked(office, auditor), await asked(office, administrator)
    async with office.at_desk(administrator) as desk:
        assert (await desk.put(f"{deeds()}/{withdrawn}/refusal")).status_code == 409
        assert (await desk.delete(f"{deeds()}/{refused}")).status_code == 404
        answer = await desk.put(f"{deeds()}/{refused}/refusal")
        assert answer.json()["state"] == "refused"
        assert answer.json()["decided_by_name"] == "administrator (administrator@hanasaki)"
        answer = await desk.delete(f"{deeds()}/{withdrawn}")
        assert answer.json()["state"] == "withdrawn"
        for over in (refused, withdrawn):
            assert (await desk.put(f"{deeds()}/{over}/approval")).status_code == 409
            assert (await desk.put(f"{deeds()}/{over}/refusal")).status_code == 409
    assert len(await logged(office.gateway, "deed.refused", "deed.withdrawn")) == 2
    assert await logged(office.gateway, "deed.approved") == []


async def test_nobody_decides_when_the_time_is_over(
    office: Office, auditor: Operator, administrator: Operator
) -> None:
    deed_id = await asked(office, auditor)
    office.gateway.clock.forward(days=31)
    async with office.at_desk(administrator) as desk:
        assert (await desk.get(f"{deeds()}/{deed_id}")).json()["state"] == "expired"
        assert (await desk.put(f"{deeds()}/{deed_id}/approval")).status_code == 409
        waiting = await desk.get(deeds(), params={"state": "waiting"})
        assert waiting.json()["items"] == []
        over = await desk.get(deeds(), params={"state": "expired"})
        assert [one["deed_id"] for one in over.json()["items"]] == [deed_id]


async def test_lists_come_in_pages_the_latest_first(office: Office, auditor: Operator) -> None:
    made = []
    for number in range(3):
        made.append(await asked(office, auditor, f"花総第{number}号"))
    async with office.at_desk(auditor) as desk:
        first = (await desk.get(deeds(), params={"limit": "2"})).json()
        assert [one["deed_id"] for one in first["items"]] == [made[2], made[1]]
        rest = (await desk.get(deeds(), params={"after": first["next"]})).json()
        assert ([one["deed_id"] for one in rest["items"]], rest["next"]) == ([made[0]], None)
        assert (await desk.get(deeds(), params={"after": "0" * 32})).status_code == 422
        assert (await desk.get(deeds(), params={"state": "gone"})).status_code == 400


async def test_an_export_goes_to_whoever_asked_once_it_is_approved(
    office: Office, auditor: Operator, administrator: Operator
) -> None:
    earlier = await asked(office, administrator)
    deed_id = await asked(office, auditor)
    path = f"{API}/tenants/hanasaki/exports/{deed_id}"
    async with office.at_desk(auditor) as desk, office.at_desk(administrator) as second:
        assert (await desk.get(path)).status_code == 409
        assert (await second.put(f"{deeds()}/{deed_id}/approval")).status_code == 200
        assert (await second.get(path)).status_code == 404
        lines = await desk.get(path)
        assert lines.headers["content-type"].startswith("text/csv")
        assert earlier in lines.text
        assert (await desk.get(f"{deeds()}/{deed_id}/certificate")).status_code == 404
    assert len(await logged(office.gateway, "export.downloaded")) == 1
