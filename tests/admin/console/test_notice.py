"""The notice stands before every page and every deed, until it is acknowledged."""

import pytest

from gateway.operators.model import Operator, Role
from gateway.operators.registry import find_operator
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
TRAINED = {"training_received": "yes"}


@pytest.fixture
async def newcomer(office: Office) -> Operator:
    return await office.operator(Role.CLERK, "hanasaki", acknowledged=False)


async def acknowledged(office: Office, operator: Operator) -> bool:
    async with office.gateway.provider.records.reading() as connection:
        found = await find_operator(connection, operator.operator_id)
    assert found is not None
    return found.notice_acknowledged_at is not None


async def test_every_page_leads_to_the_notice_but_the_account_and_the_sign_out(
    office: Office, newcomer: Operator
) -> None:
    async with office.at_desk(newcomer) as desk:
        for path in ("/admin/", "/admin/operators", "/admin/tenants/hanasaki/networks?a=b"):
            led = await desk.get(path)
            assert (led.status_code, led.headers["location"].partition("?")[0]) == (
                303,
                "/admin/notice",
            )
        for path in ("/admin/notice", "/admin/account", "/admin/again"):
            assert (await desk.get(path)).status_code == 200
        refused = await desk.get(f"{API}/tenants/hanasaki/networks")
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:genkan:problem:notice_needed"


async def test_once_acknowledged_the_way_goes_on_and_the_log_has_it_once(
    office: Office, newcomer: Operator
) -> None:
    async with office.at_desk(newcomer) as desk:
        page = await desk.get("/admin/notice", params={"to": "/admin/tenants/hanasaki"})
        assert 'name="to" value="/admin/tenants/hanasaki"' in page.text
        form = {**TRAINED, "to": "/admin/tenants/hanasaki"}
        for _ in range(2):
            answer = await desk.post("/admin/notice", data=form)
            assert answer.headers["location"] == "/admin/tenants/hanasaki"
        later = await desk.get("/admin/notice")
        assert 'name="training_received"' not in later.text
    assert await acknowledged(office, newcomer)
    (entry,) = await office.log("notice.acknowledged")
    assert (entry.kind, entry.tenant_id) == ("authentication", "hanasaki")
    assert entry.origin.actor == f"operator:{newcomer.operator_id}"
    assert entry.detail == {"training": "received"}


async def test_without_the_training_nothing_is_acknowledged(
    office: Office, newcomer: Operator
) -> None:
    async with office.at_desk(newcomer) as desk:
        for form in ({"to": "/admin"}, {"training_received": "no"}):
            page = await desk.post("/admin/notice", data=form)
            assert page.status_code == 422
            assert 'aria-invalid="true"' in page.text
        assert (await desk.post(f"{API}/me/notice", json={})).status_code == 400
    assert not await acknowledged(office, newcomer)
    assert await office.log("notice.acknowledged") == []


async def test_nobody_is_led_to_another_site(office: Office, newcomer: Operator) -> None:
    async with office.at_desk(newcomer) as desk:
        form = {**TRAINED, "to": "https://evil.example/admin"}
        answer = await desk.post("/admin/notice", data=form)
    assert answer.headers["location"] == "/admin"
