"""The pages of two-person deeds: asked, approved by another, certified, printed and kept."""

from dataclasses import dataclass

import httpx2
import pytest

from gateway.audit.destruction import check_destruction
from gateway.operators.model import Operator, Role
from gateway.residents.model import Resident
from tests.support.gateway import ISSUER
from tests.support.log import logged
from tests.support.operators import API, Office, no_longer_fresh

pytestmark = pytest.mark.anyio
ENGLISH = {"Accept-Language": "en"}
GO = {"go": "1"}
REASONS = {"document_number": "花住第7号", "reason": "<b>本人</b>の請求による"}


@dataclass
class Case:
    """A deletion that a clerk has asked for."""

    office: Office
    hanako: Resident
    clerk: Operator
    second: Operator
    path: str


@pytest.fixture
async def case(office: Office) -> Case:
    hanako = await office.gateway.resident()
    clerk = await office.operator(Role.CLERK, login_name="sato")
    async with office.at_desk(clerk) as desk:
        asked = await desk.post(f"/admin/residents/{hanako.resident_id}/deletion", data=REASONS)
    path = asked.headers["location"].partition("?")[0]
    return Case(office, hanako, clerk, await office.operator(login_name="tanaka"), path)


async def test_what_waits_is_listed_and_shown_to_whoever_may_approve(case: Case) -> None:
    async with case.office.at_desk(case.second) as desk:
        listed = await desk.get("/admin/deeds")
        assert f'href="{case.path}"' in listed.text
        assert "clerk (sato)" in listed.text
        one = await desk.get(case.path)
        assert "&lt;b&gt;本人&lt;/b&gt;" in one.text
        assert "<b>" not in one.text
        for action in ("approval", "refusal"):
            assert f'"{case.path}/{action}"' in one.text
        assert f'"{case.path}/withdrawal"' not in one.text


async def test_the_list_can_be_of_one_state(case: Case) -> None:
    async with case.office.at_desk(case.second) as desk:
        for state, there in (("waiting", True), ("approved", False)):
            listed = await desk.get("/admin/deeds", params={"state": state})
            assert (f'href="{case.path}"' in listed.text) is there
            assert listed.text.count("<table>") == 1
        assert (await desk.get("/admin/deeds", params={"state": "gone"})).status_code == 422


async def test_whoever_asked_may_only_withdraw(case: Case) -> None:
    async with case.office.at_desk(case.clerk) as desk:
        one = await desk.get(case.path)
        assert f'"{case.path}/withdrawal"' in one.text
        assert f'"{case.path}/approval"' not in one.text
        assert (await desk.get(f"{case.path}/approval")).status_code == 403
        assert (await desk.post(f"{case.path}/approval", data=GO)).status_code == 403
        gone = await desk.post(f"{case.path}/withdrawal", data=GO)
        assert gone.headers["location"] == f"{case.path}?done=deed_withdrawn"
    async with case.office.at_desk(case.second) as desk:
        late = await desk.post(f"{case.path}/approval", data=GO)
        assert (late.status_code, 'role="alert"' in late.text) == (409, True)
    assert await logged(case.office.gateway, "deed.approved", "resident.deleted") == []


async def test_an_administrator_who_asked_needs_another_one(case: Case) -> None:
    taro = await case.office.gateway.resident("湊　太郎")
    async with case.office.at_desk(case.second) as desk:
        asked = await desk.post(f"/admin/residents/{taro.resident_id}/deletion", data=REASONS)
        path = asked.headers["location"].partition("?")[0]
        answer = await desk.post(f"{path}/approval", data=GO)
        assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
        refused = await desk.post(f"{path}/refusal", data=GO)
        assert refused.status_code == 409
    assert await logged(case.office.gateway, "deed.approved", "resident.deleted") == []


async def test_what_is_refused_is_over(case: Case) -> None:
    async with case.office.at_desk(case.second) as desk:
        answer = await desk.post(f"{case.path}/refusal", data=GO)
        assert answer.headers["location"] == f"{case.path}?done=deed_refused"
        one = await desk.get(case.path, headers=ENGLISH)
        assert ">Refused</span>" in one.text
        over = await desk.get(f"{case.path}/approval")
        assert over.headers["location"] == case.path
        assert (await desk.get(f"{case.path}/certificate")).status_code == 404


async def test_the_second_person_is_there_and_told_what_is_destroyed(case: Case) -> None:
    async with case.office.at_desk(case.second) as desk:
        page = await desk.get(f"{case.path}/approval", headers=ENGLISH)
        assert "Nobody can bring back what is destroyed." in page.text
        assert "花住第7号" in page.text
        no_longer_fresh(case.office)
        for led in (
            await desk.get(f"{case.path}/approval"),
            await desk.post(f"{case.path}/approval", data=GO),
        ):
            assert led.headers["location"].startswith("/admin/again?to=")
    assert await logged(case.office.gateway, "deed.approved") == []


async def test_the_certificate_has_every_field_and_can_be_kept_and_checked(case: Case) -> None:
    async with case.office.at_desk(case.second) as desk:
        done = await desk.post(f"{case.path}/approval", data=GO)
        assert done.headers["location"] == f"{case.path}?done=deed_approved"
        assert f'href="{case.path}/certificate"' in (await desk.get(case.path)).text
        page = await desk.get(f"{case.path}/certificate")
        file = await desk.get(f"{case.path}/certificate.jws")
        keys = (await desk.get("/jwks")).json()
    for field in ("情報項目", "媒体名", "数量", "方法", "責任者", "日付", "施行文書番号"):
        assert f">{field}<" in page.text
    for value in ("花住第7号", "clerk (sato)", "administrator (tanaka)", f"{ISSUER}/jwks"):
        assert value in page.text
    assert file.headers["content-type"].startswith("application/jose")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.text in page.text
    claims = check_destruction(file.text, keys, ISSUER)
    assert claims["approved_by"] == "administrator (tanaka)"
    async with case.office.at_desk(case.clerk) as desk:
        assert (await desk.get(f"{case.path}/certificate")).status_code == 200
        gone = await desk.get(f"/admin/residents/{case.hanako.resident_id}", headers=ENGLISH)
        assert ">Destroyed</span>" in gone.text
        assert "/deletion" not in gone.text


async def test_a_tenant_s_people_see_its_deeds_and_no_other(case: Case) -> None:
    office = case.office
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        export = {
            "filter": {"kind": "operation", "since": "2026-11-01T00:00:00Z"},
            "document_number": "花総第3号",
            "reason": "監査",
        }
        asked = await desk.post(f"{API}/tenants/hanasaki/exports", json=export)
        path = f"/admin/tenants/hanasaki/deeds/{asked.json()['deed_id']}"
        listed = await desk.get("/admin/tenants/hanasaki/deeds")
        assert path in listed.text
        assert case.path.rpartition("/")[2] not in listed.text
        for foreign in ("/admin/deeds", case.path):
            assert (await desk.get(foreign)).status_code == 403
        assert "2026/11/01" in (await desk.get(path)).text
    async with office.at_desk(await office.operator(tenant_id="minato")) as desk:
        assert (await desk.get(path)).status_code == 404
        below = f"/admin/tenants/minato/deeds/{asked.json()['deed_id']}"
        for answer in (await desk.get(below), await desk.post(f"{below}/refusal", data=GO)):
            assert answer.status_code == 404
    async with office.at_desk(await office.operator(tenant_id="hanasaki")) as second:
        await second.post(f"{path}/approval", data=GO)
        assert f"{path}/export" not in (await second.get(path)).text
        assert (await second.get(f"{path}/export")).status_code in (403, 404)
    async with office.at_desk(auditor) as desk:
        assert f"{path}/export" in (await desk.get(path)).text
        lines = await desk.get(f"{path}/export")
        assert lines.headers["content-type"].startswith("text/csv")


async def test_the_end_of_a_tenant_is_asked_for_after_its_deletion(office: Office) -> None:
    administrator = await office.operator()
    page = "/admin/tenants/minato/end"
    async with office.at_desk(administrator) as desk:
        early = await desk.get(page)
        assert (early.status_code, 'name="reason"' in early.text) == (200, False)
        assert (await desk.post(page, data=REASONS)).status_code == 409
        await _delete(desk, "minato")
        assert 'name="reason"' in (await desk.get(page)).text
        half = await desk.post(page, data={"document_number": "県デ第12号"})
        assert half.status_code == 422
        assert 'value="県デ第12号"' in half.text
        assert await office.log("deed.asked") == []
        asked = await desk.post(page, data=REASONS)
        path = asked.headers["location"].partition("?")[0]
    async with office.at_desk(await office.operator(login_name="tanaka")) as desk:
        done = await desk.post(f"{path}/approval", data=GO)
        assert done.headers["location"] == f"{path}?done=deed_approved"
        certificate = await desk.get(f"{path}/certificate", headers=ENGLISH)
        assert "minato" in certificate.text
        over = await desk.get(page, headers=ENGLISH)
        assert "This tenant has ended." in over.text
    for role, tenant_id in ((Role.CLERK, None), (Role.ADMINISTRATOR, "hanasaki")):
        async with office.at_desk(await office.operator(role, tenant_id)) as desk:
            assert (await desk.get("/admin/tenants/hanasaki/end")).status_code == 403


async def _delete(desk: httpx2.AsyncClient, tenant_id: str) -> None:
    path = f"{API}/tenants/{tenant_id}"
    version = (await desk.get(path)).headers["etag"]
    assert (await desk.delete(path, headers={"If-Match": version})).status_code == 200
