"""The console's door: signing in, what is shown to whom, and the allow-lists' pages."""

import pytest

from gateway.operators.model import Role
from gateway.tenants.allow_lists import list_networks
from tests.support.operators import HALL, Office

pytestmark = pytest.mark.anyio


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(office: Office) -> None:
    async with office.browser() as browser:
        answer = await browser.get("/admin/networks")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/admin/sign-in?to=/admin/networks"
        page = await browser.get(answer.headers["location"])
        assert page.status_code == 200
        assert 'value="/admin/networks"' in page.text


async def test_nobody_is_sent_to_another_site_after_the_sign_in(office: Office) -> None:
    async with office.browser() as browser:
        for to in ("https://evil.example/", "//evil.example/", "/elsewhere", "/admin\\@evil"):
            page = await browser.get("/admin/sign-in", params={"to": to})
            assert 'name="to" value="/admin"' in page.text


async def test_a_network_is_added_and_removed(office: Office) -> None:
    operator = await office.operator()
    async with office.at_desk(operator) as desk:
        form = {"network": "198.51.100.0/24", "note": "支所"}
        added = await desk.post("/admin/networks", data=form)
        assert added.headers["location"] == "/admin/networks?done=network_added"
        page = await desk.get(added.headers["location"])
        assert "198.51.100.0/24" in page.text
        assert 'role="status"' in page.text
        wrong = await desk.post("/admin/networks", data={"network": "<b>", "note": "支所"})
        assert wrong.status_code == 422
        assert 'value="&lt;b&gt;"' in wrong.text
        assert 'aria-invalid="true"' in wrong.text


async def test_nobody_locks_themselves_out_without_saying_so_twice(office: Office) -> None:
    operator = await office.operator()
    records = office.gateway.provider.records
    async with office.at_desk(operator) as desk:
        async with records.reading() as connection:
            (own,) = await list_networks(connection, None)
        path = f"/admin/networks/{own.network_id}/removal"
        warned = await desk.post(path, data={"go": "1"})
        assert warned.status_code == 409
        async with records.reading() as connection:
            assert await list_networks(connection, None) == [own]
        gone = await desk.post(path, data={"lock_me_out": "1"})
        assert gone.status_code == 303
        # Two tenants' lists still let the address near; their operators, not the platform's.
        led = await desk.get("/admin/networks")
        assert led.headers["location"].startswith("/admin/sign-in")
    (entry,) = await office.log("network.removed")
    assert entry.detail == {"network": f"{HALL}/32"}


async def test_an_auditor_sees_the_list_and_no_form(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        page = await desk.get("/admin/tenants/hanasaki/networks")
        assert page.status_code == 200
        assert 'name="network"' not in page.text
        refused = await desk.post(
            "/admin/tenants/hanasaki/networks", data={"network": "192.0.2.0/24"}
        )
        assert refused.status_code == 403
        other = await desk.get("/admin/tenants/minato/networks")
        assert other.status_code == 404
    assert await office.log("network.added") == []
