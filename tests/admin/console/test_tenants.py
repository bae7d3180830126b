"""The platform's pages of tenants: made, named, stopped and brought back by browser."""

import pytest

from gateway.operators.model import Role
from gateway.tenants.registry import TenantRecord, find_tenant, list_tenants
from tests.support.gateway import Gateway
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
NEW = {"tenant_id": "sakura", "name_ja": "桜市", "name_en": "Sakura City"}


async def tenants(office: Office) -> list[str]:
    async with office.gateway.provider.records.reading() as connection:
        found = await list_tenants(connection, after=None, limit=100)
    return [tenant.tenant_id for tenant in found]


async def tenant(office: Office) -> TenantRecord:
    async with office.gateway.provider.records.reading() as connection:
        return await find_tenant(connection, "hanasaki")


async def test_a_tenant_is_made_and_the_next_step_is_its_services(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        assert 'href="/admin/tenants/new"' in (await desk.get("/admin/tenants")).text
        assert 'action="/admin/tenants"' in (await desk.get("/admin/tenants/new")).text
        made = await desk.post("/admin/tenants", data=NEW)
        assert made.status_code == 303
        after = made.headers["location"]
        assert after == "/admin/tenants/sakura/services?done=tenant_created"
        page = await desk.get(after)
        assert page.status_code == 200
        assert "桜市" in page.text
        assert 'href="/admin/tenants/sakura/services/new"' in page.text
    (entry,) = await office.log("tenant.created")
    assert entry.tenant_id == "sakura"


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"tenant_id": "Sakura"}, "tenant_id", 422),
        ({"tenant_id": ""}, "tenant_id", 422),
        ({"tenant_id": "hanasaki"}, "tenant_id", 409),
        ({"name_ja": ""}, "name_ja", 422),
        ({"name_ja": " 桜市"}, "name_ja", 422),
        ({"name_en": "S\u202eakura"}, "name_en", 422),
    ],
)
async def test_a_wrong_value_is_told_at_its_field_and_nothing_is_made(
    office: Office, change: dict[str, str], field: str, status: int
) -> None:
    before = await tenants(office)
    async with office.at_desk(await office.operator()) as desk:
        given = {**NEW, **change}
        page = await desk.post("/admin/tenants", data=given)
        assert page.status_code == status
        assert f'id="{field}-error"' in page.text
        assert f'href="#{field}"' in page.text
        assert page.text.count('aria-invalid="true"') == 1
        for value in given.values():
            assert f'value="{value}"' in page.text
    assert await tenants(office) == before
    assert await office.log("tenant.created") == []


async def test_names_are_changed_as_they_were_seen_and_shown_as_text(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        path = "/admin/tenants/hanasaki/edit"
        assert 'name="version" value="1"' in (await desk.get(path)).text
        form = {"version": "1", "name_ja": "<b>花咲町</b>", "name_en": "Hanasaki"}
        changed = await desk.post(path, data=form)
        assert changed.headers["location"] == f"{path}?done=tenant_changed"
        page = await desk.get(changed.headers["location"])
        assert "&lt;b&gt;花咲町&lt;/b&gt;" in page.text
        assert "<b>花咲町" not in page.text
        for version, status in (("1", 412), ("x", 412), ("", 428)):
            stale = await desk.post(path, data={**form, "version": version, "name_en": "Other"})
            assert stale.status_code == status
        wrong = await desk.post(path, data={**form, "version": "2", "name_ja": "a\u0007"})
        assert wrong.status_code == 422
        assert 'name="version" value="2"' in wrong.text
    assert (await tenant(office)).name_en == "Hanasaki"
    assert len(await office.log("tenant.changed")) == 1


async def test_a_tenant_is_suspended_resumed_deleted_and_restored_after_a_page_that_says_so(
    office: Office,
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        for version, (verb, word, state) in enumerate(
            (
                ("suspend", "suspended", "suspended"),
                ("resume", "resumed", "active"),
                ("delete", "deleted", "deleted"),
                ("restore", "restored", "suspended"),
            ),
            1,
        ):
            path = f"/admin/tenants/hanasaki/{verb}"
            assert f'href="{path}"' in (await desk.get("/admin/tenants/hanasaki/edit")).text
            page = await desk.get(path)
            assert f'name="version" value="{version}"' in page.text
            assert ("30日" in page.text) == (verb == "delete")
            done = await desk.post(path, data={"version": str(version)})
            assert done.headers["location"] == f"/admin/tenants/hanasaki/edit?done=tenant_{word}"
            assert (await desk.get(done.headers["location"])).status_code == 200
            assert (await tenant(office)).state == state
            assert len(await office.log(f"tenant.{word}")) == 1


async def test_a_deed_that_does_not_fit_the_state_is_neither_asked_nor_done(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        path = "/admin/tenants/hanasaki/resume"
        assert (await desk.get(path)).status_code == 409
        refused = await desk.post(path, data={"version": "1"})
        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
        blind = await desk.post("/admin/tenants/hanasaki/suspend", data={"go": "1"})
        assert blind.status_code == 428
    assert (await tenant(office)).state == "active"


async def test_a_deleted_tenant_leads_to_its_end_and_after_its_time_nowhere_else(
    office: Office,
) -> None:
    operator = await office.operator()
    async with office.at_desk(operator) as desk:
        await desk.post("/admin/tenants/hanasaki/delete", data={"version": "1"})
        page = await desk.get("/admin/tenants/hanasaki/edit")
        assert 'href="/admin/tenants/hanasaki/end"' in page.text
        assert 'href="/admin/tenants/hanasaki/restore"' in page.text
        assert 'name="name_ja"' not in page.text
        office.gateway.clock.forward(days=30)
        await office.sign_in(desk, operator)
        late = await desk.get("/admin/tenants/hanasaki/edit")
        assert 'href="/admin/tenants/hanasaki/restore"' not in late.text
        assert (await desk.get("/admin/tenants/hanasaki/restore")).status_code == 409


async def test_stopping_a_tenant_asks_who_is_there_before_the_page_not_after(
    office: Office,
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        no_longer_fresh(office)
        for verb in ("suspend", "delete"):
            path = f"/admin/tenants/hanasaki/{verb}"
            asked = await desk.get(path)
            assert asked.headers["location"] == f"/admin/again?to={path}"
            await desk.post(path, data={"version": "1"})
    assert (await tenant(office)).state == "active"


async def test_the_list_is_searched_and_goes_on_page_by_page(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        first = await desk.get("/admin/tenants", params={"limit": "1", "text": "町"})
        assert "hanasaki" in first.text
        assert "minato" not in first.text
        following = "limit=1&amp;text=%E7%94%BA&amp;after=hanasaki"
        assert f'href="?{following}"' in first.text
        second = await desk.get(f"/admin/tenants?{following.replace('&amp;', '&')}")
        assert "minato" in second.text
        assert 'href="?limit' not in second.text
        nothing = await desk.get("/admin/tenants", params={"text": "<i>"})
        assert 'value="&lt;i&gt;"' in nothing.text
        assert (await desk.get("/admin/tenants?state=odd")).status_code == 422


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.CLERK, Role.AUDITOR])
async def test_who_may_not_manage_tenants_sees_the_list_and_no_way_to_change_it(
    office: Office, role: Role
) -> None:
    async with office.at_desk(await office.operator(role)) as desk:
        page = await desk.get("/admin/tenants")
        assert page.status_code == 200
        assert "/admin/tenants/new" not in page.text
        assert "/edit" not in page.text
        for path in ("new", "hanasaki/edit", "hanasaki/suspend", "hanasaki/delete"):
            assert (await desk.get(f"/admin/tenants/{path}")).status_code == 403, path
        assert (await desk.post("/admin/tenants", data=NEW)).status_code == 403
        named = {"version": "1", "name_ja": "町", "name_en": "Other"}
        for path in ("edit", "suspend", "delete"):
            refused = await desk.post(f"/admin/tenants/hanasaki/{path}", data=named)
            assert refused.status_code == 403
    assert (await tenant(office)).version == 1
    assert await office.log("right.refused") != []


async def test_a_tenants_own_administrator_sees_no_tenants(office: Office) -> None:
    async with office.at_desk(await office.operator(tenant_id="hanasaki")) as desk:
        for path in ("", "/new", "/hanasaki/edit", "/hanasaki/delete", "/minato/edit"):
            assert (await desk.get(f"/admin/tenants{path}")).status_code == 403, path


async def test_an_empty_platform_says_what_to_do_first(gateway: Gateway) -> None:
    office = Office(gateway)
    await office.allow(None)
    async with office.at_desk(await office.operator()) as desk:
        empty = await desk.get("/admin/tenants")
        assert "まず、利用環境を作りましょう" in empty.text
        assert "<table>" not in empty.text
        searched = await desk.get("/admin/tenants", params={"text": "桜"})
        assert "まず、利用環境を作りましょう" not in searched.text
