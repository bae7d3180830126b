"""The pages of services: registered, shown, changed and stopped by browser, within one tenant."""

import pytest

from gateway.operators.model import Role
from tests.admin.console.client_forms import SERVICE_FORM, SERVICES, client, is_registered
from tests.support.log import log_text
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
ONE = f"{SERVICES}/health"


async def test_a_service_is_registered_and_its_secret_is_shown_once(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        assert f'href="{SERVICES}/new"' in (await desk.get(SERVICES)).text
        assert 'name="scope_profile" value="1" checked' in (await desk.get(f"{SERVICES}/new")).text
        made = await desk.post(SERVICES, data=SERVICE_FORM)
        assert made.status_code == 200
        assert made.headers["cache-control"] == "no-store"
        secret = made.text.partition('class="secret"')[2].partition("<code>")[2][:43]
        assert "一度だけ" in made.text
        assert "https://id.example.test/.well-known/openid-configuration" in made.text
        page = await desk.get(ONE)
        for told in ("健康アプリ", "To invite you to check-ups", "花総発第12号", "健康課"):
            assert told in page.text
        assert secret not in page.text
        assert "健康アプリ" in (await desk.get(SERVICES)).text
    found = await office.gateway.provider.clients.find("health")
    assert found is not None
    assert office.gateway.provider.clients.secret_matches(found, secret, office.gateway.clock())
    assert secret not in await log_text(office.gateway)


async def test_residents_words_are_shown_before_residents_read_them(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        page = (await desk.get(ONE)).text
        assert "健康アプリ が、あなたについての次の情報を求めています。" in page
        assert "Health asks for the following about you." in page
        assert page.count('class="preview"') == 2


async def test_a_public_app_has_no_secret_to_show(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        form = {**SERVICE_FORM, "token_endpoint_auth_method": "none"}
        made = await desk.post(SERVICES, data=form)
        assert made.headers["location"] == f"{ONE}?done=service_created"
        page = await desk.get(made.headers["location"])
        assert f"{ONE}/secrets" not in page.text
        assert (await desk.get(f"{ONE}/secrets")).status_code == 409
        changed = await desk.post(f"{ONE}/edit", data={**SERVICE_FORM, "version": "1"})
        assert changed.status_code == 200
        assert 'class="secret"' in changed.text
    assert (await client(office)).has_secret


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_id": "Health App"}, "client_id"),
        ({"client_name_ja": ""}, "client_name_ja"),
        ({"client_name_en": "H\u202eealth"}, "client_name_en"),
        ({"purpose_ja": "あ" * 401}, "purpose_ja"),
        ({"purpose_en": ""}, "purpose_en"),
        ({"decision_document_number": "", "scope_common_id": "1"}, "decision_document_number"),
        ({"contact": "a" * 255}, "contact"),
        ({"token_endpoint_auth_method": ""}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "magic"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"jwks": '{"keys": []}'}, "jwks"),
        ({"jwks": "<keys>"}, "jwks"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"redirect_uris": "https://*.example/cb"}, "redirect_uris"),
        ({"post_logout_redirect_uris": "http://x.example/"}, "post_logout_redirect_uris"),
        ({"sector_identifier": "Health Example"}, "sector_identifier"),
        ({"redirect_uris": "https://a.example/\nhttps://b.example/"}, "sector_identifier"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
    ],
)
async def test_a_wrong_value_is_told_at_its_field_and_nothing_is_registered(
    office: Office, change: dict[str, str], field: str
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        page = await desk.post(SERVICES, data={**SERVICE_FORM, **change})
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert f'href="#{field}"' in page.text
        assert f'id="{field}"' in page.text
        assert page.text.count('class="field-error"') == 1
        assert 'role="alert"' in page.text
        kept = {"client_name_en", "contact"} - change.keys()
        for name in kept:
            assert f'value="{SERVICE_FORM[name]}"' in page.text
        assert 'name="scope_link" value="1" checked' in page.text
        assert "<keys>" not in page.text
        if field in ("sector_identifier", "id_token_signed_response_alg"):
            assert "<details open>" in page.text
    assert not await is_registered(office)
    assert await office.log("service.created") == []


async def test_an_id_that_is_another_tenants_is_told_and_its_owner_is_not(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        assert (await desk.post(SERVICES, data=SERVICE_FORM)).status_code == 200
        again = await desk.post("/admin/tenants/minato/services", data=SERVICE_FORM)
        assert again.status_code == 409
        assert 'id="client_id-error"' in again.text
        assert "hanasaki" not in again.text.partition("<main")[2].replace("hanasaki-health", "")
    assert (await client(office)).tenant_id == "hanasaki"


async def test_a_change_is_of_the_version_that_was_seen_and_says_what_differs(
    office: Office,
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        page = await desk.get(f"{ONE}/edit")
        assert "https://health.example/callback\nhttps://health.example/other" in page.text
        assert 'name="version" value="1"' in page.text
        form = {**SERVICE_FORM, "version": "1", "client_name_en": "<script>alert(1)</script>"}
        changed = await desk.post(f"{ONE}/edit", data=form)
        assert changed.headers["location"] == f"{ONE}?done=service_changed"
        shown = await desk.get(changed.headers["location"])
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
        assert "<script>" not in shown.text
        stale = await desk.post(f"{ONE}/edit", data=form)
        assert stale.status_code == 412
    (entry,) = await office.log("service.changed")
    assert entry.detail == {"fields": "client_name_en"}


async def test_another_host_is_not_moved_to_by_the_way(office: Office) -> None:
    """Every resident would become somebody else there."""
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        moved = {**SERVICE_FORM, "version": "1", "redirect_uris": "https://new.example/cb"}
        refused = await desk.post(f"{ONE}/edit", data=moved)
        assert refused.status_code == 422
        assert 'id="sector_identifier-error"' in refused.text
        assert "<details open>" in refused.text
        assert "https://new.example/cb" in refused.text
        assert (await client(office)).version == 1
        named = {**moved, "sector_identifier": "health.example"}
        assert (await desk.post(f"{ONE}/edit", data=named)).status_code == 303


async def test_a_service_is_stopped_and_brought_back_after_a_page_that_says_so(
    office: Office,
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        for version, (verb, word, state) in enumerate(
            (
                ("suspend", "suspended", "suspended"),
                ("resume", "resumed", "active"),
                ("delete", "deleted", "deleted"),
                ("restore", "restored", "suspended"),
            ),
            1,
        ):
            assert f'href="{ONE}/{verb}"' in (await desk.get(ONE)).text
            page = await desk.get(f"{ONE}/{verb}")
            assert f'name="version" value="{version}"' in page.text
            assert ("30日" in page.text) == (verb == "delete")
            done = await desk.post(f"{ONE}/{verb}", data={"version": str(version)})
            assert done.headers["location"] == f"{ONE}?done=service_{word}"
            assert (await desk.get(done.headers["location"])).status_code == 200
            assert (await client(office)).state == state
            assert len(await office.log(f"service.{word}")) == 1
        assert (await desk.get(f"{ONE}/restore")).status_code == 409


async def test_a_deleted_service_can_only_be_restored_and_not_for_ever(office: Office) -> None:
    operator = await office.operator()
    async with office.at_desk(operator) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        await desk.post(f"{ONE}/delete", data={"version": "1"})
        page = await desk.get(ONE)
        for gone in ("edit", "secrets", "logo", "delete"):
            assert f'href="{ONE}/{gone}"' not in page.text
        for closed in ("edit", "logo"):
            assert (await desk.get(f"{ONE}/{closed}")).status_code == 409
        office.gateway.clock.forward(days=30)
        await office.sign_in(desk, operator)
        assert f'href="{ONE}/restore"' not in (await desk.get(ONE)).text


async def test_deleting_asks_who_is_there_before_the_page(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        no_longer_fresh(office)
        asked = await desk.get(f"{ONE}/delete")
        assert asked.headers["location"] == f"/admin/again?to={ONE}/delete"
        await desk.post(f"{ONE}/delete", data={"version": "1"})
    assert (await client(office)).state == "active"


async def test_the_list_is_searched_and_goes_on_page_by_page(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        for client_id in ("alpha", "beta"):
            await desk.post(SERVICES, data={**SERVICE_FORM, "client_id": client_id})
        first = await desk.get(SERVICES, params={"limit": "1", "state": "active"})
        assert f'href="{SERVICES}/beta"' not in first.text
        assert 'href="?limit=1&amp;state=active&amp;after=alpha"' in first.text
        second = await desk.get(f"{SERVICES}?limit=1&state=active&after=alpha")
        assert f'href="{SERVICES}/beta"' in second.text
        assert f'href="{SERVICES}/alpha"' not in second.text
        found = await desk.get(SERVICES, params={"text": "bet"})
        assert f'href="{SERVICES}/beta"' in found.text
        assert f'href="{SERVICES}/alpha"' not in found.text


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR])
async def test_who_may_only_look_sees_all_of_it_and_no_button(office: Office, role: Role) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
    async with office.at_desk(await office.operator(role, "hanasaki")) as desk:
        for path in (SERVICES, ONE):
            page = await desk.get(path)
            assert page.status_code == 200
            assert f'href="{SERVICES}/new"' not in page.text
            assert f'href="{ONE}/' not in page.text
        for path in ("edit", "secrets", "logo", "suspend", "delete"):
            assert (await desk.get(f"{ONE}/{path}")).status_code == 403, path
            refused = await desk.post(f"{ONE}/{path}", data={**SERVICE_FORM, "version": "1"})
            assert refused.status_code == 403, path
        assert (await desk.get(f"{SERVICES}/new")).status_code == 403
        other = {**SERVICE_FORM, "client_id": "other"}
        assert (await desk.post(SERVICES, data=other)).status_code == 403
    assert (await client(office)).version == 1
    assert not await is_registered(office, "other")


async def test_another_tenants_services_are_not_there(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
    async with office.at_desk(await office.operator(tenant_id="minato")) as desk:
        theirs = "/admin/tenants/minato/services/health"
        for one in (ONE, theirs):
            for path in ("", "/edit", "/secrets", "/logo", "/suspend", "/delete"):
                assert (await desk.get(f"{one}{path}")).status_code == 404, (one, path)
            for path in ("edit", "secrets", "secrets/former", "suspend", "delete", "logo/removal"):
                form = {**SERVICE_FORM, "version": "1"}
                assert (await desk.post(f"{one}/{path}", data=form)).status_code == 404, path
        for path in (SERVICES, f"{SERVICES}/new"):
            assert (await desk.get(path)).status_code == 404
        assert (await desk.post(SERVICES, data=SERVICE_FORM)).status_code == 404
    assert (await client(office)).version == 1


async def test_a_deleted_tenant_takes_no_new_service_and_says_why(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        await desk.post("/admin/tenants/hanasaki/delete", data={"version": "1"})
        page = await desk.get(SERVICES)
        assert "この利用環境は削除されています" in page.text
        assert f"{SERVICES}/new" not in page.text
        assert f'href="{ONE}/' not in (await desk.get(ONE)).text
        other = {**SERVICE_FORM, "client_id": "other"}
        assert (await desk.get(f"{SERVICES}/new")).status_code == 409
        assert (await desk.post(SERVICES, data=other)).status_code == 409
    assert not await is_registered(office, "other")
