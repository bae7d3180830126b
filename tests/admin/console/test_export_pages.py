"""The page of exports: what was searched for goes along, and nothing is asked for by halves."""

import re

import pytest

from gateway.operators.model import Role
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
EXPORT = "/admin/tenants/hanasaki/logs/export"
FORM = {
    "kind": "operation",
    "since": "2026-11-01T09:00",
    "document_number": "花総発第12号",
    "reason": "監査のため",
}


async def test_an_export_is_asked_for_and_downloaded_when_it_was_approved(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    second = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        form = (await desk.get(EXPORT, params={"kind": "operation"})).text
        assert '<input type="hidden" name="kind" value="operation">' in form
        asked = await desk.post(EXPORT, data=FORM)
        assert asked.headers["location"] == f"{EXPORT}?done=export_asked"
        waits = (await desk.get(asked.headers["location"])).text
        assert 'role="status"' in waits
        assert "承認待ち" in waits
        assert '/export"' not in waits.partition("<tbody>")[2]
        (deed,) = (await desk.get(f"{API}/tenants/hanasaki/exports")).json()
        assert deed["subject"]["since"] == "2026-11-01T09:00:00+09:00"
        async with office.at_desk(second) as another:
            approval = f"{API}/tenants/hanasaki/deeds/{deed['deed_id']}/approval"
            assert (await another.put(approval)).status_code == 200
        approved = (await desk.get(EXPORT)).text
        (link,) = re.findall(r'href="([^"]+/export)" download', approved)
        answer = await desk.get(link)
        assert answer.headers["content-type"].startswith("text/csv")
        office.gateway.clock.forward(days=7)
        await office.sign_in(desk, auditor)
        over = (await desk.get(EXPORT)).text
    assert "受け取り期限切れ" in over
    assert " download" not in over


@pytest.mark.parametrize("field", ["document_number", "reason"])
async def test_each_reason_is_needed_and_the_others_are_kept(office: Office, field: str) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        for wrong in ("", "x" * 401):
            page = await desk.post(EXPORT, data={**FORM, "kind": "event", field: wrong})
            assert page.status_code == 422
            assert f'aria-describedby="{field}-hint {field}-error"' in page.text
            other = ({"document_number", "reason"} - {field}).pop()
            assert FORM[other] in page.text
            assert 'name="kind" value="event"' in page.text
        assert (await desk.get(f"{API}/tenants/hanasaki/exports")).json() == []
    assert await office.log("export.asked") == []


async def test_the_same_is_not_asked_for_twice(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    same = {**FORM, "until": "2026-11-20T09:00"}
    async with office.at_desk(auditor) as desk:
        assert (await desk.post(EXPORT, data=same)).status_code == 303
        again = await desk.post(EXPORT, data=same)
    assert again.status_code == 409
    assert 'role="alert"' in again.text
    assert len(await office.log("export.asked")) == 1


async def test_a_filter_that_is_none_is_told(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        for answer in (
            await desk.get(EXPORT, params={"since": "<b>"}),
            await desk.post(EXPORT, data={**FORM, "since": "<b>"}),
            await desk.post(EXPORT, data={**FORM, "kind": "null"}),
            await desk.post(EXPORT, data={**FORM, "kind": "gossip"}),
        ):
            assert answer.status_code == 422
            assert 'role="alert"' in answer.text
            assert "<b>" not in answer.text
    assert await office.log("export.asked") == []


async def test_who_may_not_ask_gets_no_form(office: Office) -> None:
    clerk = await office.operator(Role.CLERK, "hanasaki")
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(clerk) as desk:
        assert (await desk.get(EXPORT)).status_code == 403
        assert (await desk.post(EXPORT, data=FORM)).status_code == 403
    async with office.at_desk(auditor) as desk:
        assert (await desk.get("/admin/tenants/minato/logs/export")).status_code == 404
        assert (await desk.post("/admin/tenants/minato/logs/export", data=FORM)).status_code == 404
        assert (await desk.get("/admin/logs/export")).status_code == 403
    assert await office.log("export.asked") == []
