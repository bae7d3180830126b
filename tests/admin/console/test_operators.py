"""The operators' pages: who sees whom, inviting, changing, and what stops or ends somebody."""

import re

import httpx2
import pytest

from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.records import invitations
from gateway.operators.registry import find_by_login_name, find_operator, list_operators
from tests.admin.console.invited import form_of, invite, link_in
from tests.support.log import count, log_text
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
HERE = "/admin/tenants/hanasaki/operators"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator(Role.ADMINISTRATOR, "hanasaki")


@pytest.fixture
async def clerk(office: Office) -> Operator:
    return await office.operator(Role.CLERK, "hanasaki")


async def read(office: Office, operator: Operator) -> Operator:
    async with office.gateway.provider.records.reading() as connection:
        found = await find_operator(connection, operator.operator_id)
    assert found is not None
    return found


async def version_in(desk: httpx2.AsyncClient, path: str) -> str:
    page = await desk.get(path)
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None, page.text
    return found[1]


async def press(desk: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """The button of a page that first says what it does."""
    return await desk.post(path, data={"version": await version_in(desk, path)})


async def test_an_invited_operators_link_is_shown_once_with_its_end_and_stands_in_no_log(
    office: Office, administrator: Operator
) -> None:
    async with office.at_desk(administrator) as desk:
        form_page = await desk.get(f"{HERE}/new", params={"lang": "en"})
        assert "What each role may do" in form_page.text
        assert "Search and see residents" not in form_page.text
        page = await desk.post(HERE, data=form_of(name="花咲 <b>太郎</b>"))
        assert page.status_code == 200
        assert "<b>太郎" not in page.text
        assert "Nov 24, 2026" in page.text
        link = link_in(page.text)
        assert page.text.count(link) == 2
        async with office.gateway.provider.records.reading() as connection:
            taro = await find_by_login_name(connection, "taro@hanasaki.example")
        assert taro is not None
        assert (taro.tenant_id, taro.role, taro.state) == ("hanasaki", "clerk", "invited")
        for path in (HERE, f"{HERE}/{taro.operator_id}"):
            assert link.rpartition("/")[2] not in (await desk.get(path)).text
    (entry,) = await office.log("operator.invited")
    assert entry.detail["operator"] == taro.operator_id
    assert link.rpartition("/")[2] not in await log_text(office.gateway)


@pytest.mark.parametrize(
    ("changes", "field", "status"),
    [
        ({"login_name": "花子"}, "login_name", 422),
        ({"login_name": "administrator@hanasaki"}, "login_name", 409),
        ({"name": "\u202eorat"}, "name", 422),
        ({"name": ""}, "name", 422),
        ({"department": "課" * 201}, "department", 422),
        ({"role": "king"}, "role", 422),
    ],
)
async def test_what_is_wrong_with_an_invitation_is_told_at_its_field_and_the_rest_is_kept(
    office: Office,
    administrator: Operator,
    changes: dict[str, str],
    field: str,
    status: int,
) -> None:
    async with office.at_desk(administrator) as desk:
        form = form_of(**{"name": "<b>太郎", **changes})
        page = await desk.post(HERE, data=form)
    assert page.status_code == status
    assert f'id="{field}" name="{field}" required aria-invalid="true"' in page.text
    assert f'aria-describedby="{field}' in page.text
    assert "<b>太郎" not in page.text
    assert page.text.count('aria-invalid="true"') == 1
    async with office.gateway.provider.records.reading() as connection:
        (only,) = await list_operators(connection, "hanasaki", limit=9)
    assert only.operator_id == administrator.operator_id
    assert await count(office.gateway, invitations) == 0
    assert await office.log("operator.invited") == []


async def test_whoever_only_looks_has_no_button_and_cannot_press_one(
    office: Office, administrator: Operator, clerk: Operator
) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    one = f"{HERE}/{clerk.operator_id}"
    async with office.at_desk(auditor) as desk:
        page = await desk.get(one)
        assert clerk.login_name in page.text
        assert one not in page.text
        assert f"{HERE}/new" not in (await desk.get(HERE)).text
        for path in (f"{HERE}/new", *(f"{one}/{word}" for word in ("change", "invitation"))):
            assert (await desk.get(path)).status_code == 403
        for word in ("change", "invitation", "suspend", "resume", "delete"):
            refused = await desk.post(f"{one}/{word}", data={"version": "2", "role": "auditor"})
            assert refused.status_code == 403
        assert (await desk.post(HERE, data=form_of())).status_code == 403
    assert await read(office, clerk) == clerk


async def test_another_tenants_operator_is_not_there(office: Office, clerk: Operator) -> None:
    foreigner = await office.operator(Role.ADMINISTRATOR, "minato")
    async with office.at_desk(foreigner) as desk:
        for home in (HERE, "/admin/tenants/minato/operators"):
            one = f"{home}/{clerk.operator_id}"
            for word in ("", "/change", "/invitation", "/suspend", "/delete"):
                assert (await desk.get(f"{one}{word}")).status_code == 404
            for word in ("change", "invitation", "suspend", "resume", "delete"):
                pressed = await desk.post(f"{one}/{word}", data={"version": "2", "name": "x"})
                assert pressed.status_code == 404
    assert await read(office, clerk) == clerk


async def test_name_department_and_role_are_changed_over_the_version_that_was_seen(
    office: Office, administrator: Operator, clerk: Operator
) -> None:
    path = f"{HERE}/{clerk.operator_id}/change"
    async with office.at_desk(administrator) as desk:
        version = await version_in(desk, path)
        form = {"version": version, "name": "花子", "department": "税務課", "role": "auditor"}
        changed = await desk.post(path, data=form)
        home = f"{HERE}/{clerk.operator_id}"
        assert changed.headers["location"] == f"{home}?done=operator_changed"
        assert 'role="status"' in (await desk.get(changed.headers["location"])).text
        after = await read(office, clerk)
        assert (after.name, after.department, after.role) == ("花子", "税務課", Role.AUDITOR)
        assert (await desk.post(path, data={**form, "name": "太郎"})).status_code == 412
        assert (await desk.post(path, data={"name": "太郎"})).status_code == 428
    assert await read(office, clerk) == after
    assert len(await office.log("operator.changed")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"department": "\u202e"}, "department"), ({"role": "x"}, "role")],
)
async def test_a_change_that_is_none_is_told_at_its_field(
    office: Office,
    administrator: Operator,
    clerk: Operator,
    changes: dict[str, str],
    field: str,
) -> None:
    path = f"{HERE}/{clerk.operator_id}/change"
    async with office.at_desk(administrator) as desk:
        form = {"version": "2", "name": "花子", "department": "税務課", "role": "auditor"}
        page = await desk.post(path, data={**form, **changes})
    assert page.status_code == 422
    assert f'id="{field}" name="{field}" required aria-invalid="true"' in page.text
    assert 'name="version" value="2"' in page.text
    assert await read(office, clerk) == clerk


async def test_nobody_changes_their_own_role_or_stops_themselves(
    office: Office, administrator: Operator
) -> None:
    await office.operator(Role.ADMINISTRATOR, "hanasaki", "second@hanasaki.example")
    one = f"{HERE}/{administrator.operator_id}"
    async with office.at_desk(administrator) as desk:
        page = await desk.get(one)
        for word in ("invitation", "suspend", "delete"):
            assert f"{one}/{word}" not in page.text
            pressed = await desk.post(f"{one}/{word}", data={"version": "2"})
            assert pressed.status_code == 409
            assert 'role="alert"' in pressed.text
        assert 'name="role"' not in (await desk.get(f"{one}/change")).text
        form = {"version": "2", "name": "花子", "department": "税務課"}
        refused = await desk.post(f"{one}/change", data={**form, "role": "clerk"})
        assert refused.status_code == 409
        assert await read(office, administrator) == administrator
        assert (await desk.post(f"{one}/change", data=form)).status_code == 303


async def test_the_last_administrator_is_told_to_stay(office: Office) -> None:
    platform = await office.operator()
    last = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(platform) as desk:
        for word in ("suspend", "delete"):
            pressed = await press(desk, f"{HERE}/{last.operator_id}/{word}")
            assert pressed.status_code == 409
            assert "最後の管理者" in pressed.text
    assert await read(office, last) == last


async def test_somebody_is_suspended_resumed_and_deleted_each_after_a_page_that_says_so(
    office: Office, administrator: Operator, clerk: Operator
) -> None:
    one = f"{HERE}/{clerk.operator_id}"
    async with office.at_desk(administrator) as desk, office.at_desk(clerk) as theirs:
        assert (await theirs.get("/admin/account")).status_code == 200
        office.gateway.clock.forward(seconds=1)
        suspended = await press(desk, f"{one}/suspend")
        assert suspended.headers["location"] == f"{one}?done=operator_suspended"
        assert (await read(office, clerk)).state is OperatorState.SUSPENDED
        assert (await theirs.get("/admin/account")).status_code == 303
        page = await desk.get(one)
        assert f"{one}/resume" in page.text
        assert f"{one}/invitation" not in page.text
        resumed = await press(desk, f"{one}/resume")
        assert resumed.headers["location"] == f"{one}?done=operator_resumed"
        deleted = await press(desk, f"{one}/delete")
        assert deleted.headers["location"] == f"{one}?done=operator_deleted"
        assert (await read(office, clerk)).state is OperatorState.DELETED
        over = await desk.get(one)
        assert over.status_code == 200
        assert f"{one}/" not in over.text
        assert (await press(desk, f"{one}/suspend")).status_code == 409
        assert (await desk.post(f"{one}/delete", data={"version": "2"})).status_code == 412
    for deed in ("suspended", "resumed", "deleted"):
        assert len(await office.log(f"operator.{deed}")) == 1


async def test_a_new_link_takes_the_place_of_the_one_before(
    office: Office, administrator: Operator
) -> None:
    before = await invite(office, administrator, "/admin/tenants/hanasaki")
    async with office.gateway.provider.records.reading() as connection:
        taro = await find_by_login_name(connection, "taro@hanasaki.example")
    assert taro is not None
    path = f"{HERE}/{taro.operator_id}/invitation"
    async with office.at_desk(administrator) as desk:
        asked = await desk.get(path)
        assert asked.status_code == 200
        assert await office.log("operator.reinvited") == []
        page = await desk.post(path)
        assert page.status_code == 200
        assert (await desk.get(before)).status_code == 404
        assert (await desk.get(link_in(page.text))).status_code == 200
    assert len(await office.log("operator.reinvited")) == 1


async def test_every_deed_asks_first_who_does_it(
    office: Office, administrator: Operator, clerk: Operator
) -> None:
    one = f"{HERE}/{clerk.operator_id}"
    words = ("change", "invitation", "suspend", "delete")
    async with office.at_desk(administrator) as desk:
        no_longer_fresh(office)
        for path in (f"{HERE}/new", *(f"{one}/{word}" for word in words)):
            led = await desk.get(path)
            assert led.headers["location"] == f"/admin/again?to={path}"
        form = {"version": "2", "name": "花子", "department": "税務課"}
        for path in (HERE, *(f"{one}/{word}" for word in words)):
            sent = form_of() if path == HERE else form
            led = await desk.post(path, data=sent)
            assert led.headers["location"].startswith("/admin/again")
        assert (await desk.get(one)).status_code == 200
    assert await read(office, clerk) == clerk
    assert await office.log("operator.invited") == []
