"""The pages of readers: as those of services, with the networks a reader may be used from."""

import pytest

from gateway.operators.model import Role
from tests.admin.console.client_forms import READER_FORM, READERS, SERVICES, client, is_registered
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
ONE = f"{READERS}/counter"


async def test_a_reader_is_registered_shown_and_changed(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        assert f'href="{READERS}/new"' in (await desk.get(READERS)).text
        assert 'name="allowed_networks"' in (await desk.get(f"{READERS}/new")).text
        made = await desk.post(READERS, data=READER_FORM)
        assert made.status_code == 200
        assert 'class="secret"' in made.text
        page = await desk.get(ONE)
        for told in ("203.0.113.9/32", "2001:db8::/48", "/card/verifications", "card:verify"):
            assert told in page.text
        for foreign in (f"{ONE}/logo", 'class="preview"', "openid-configuration"):
            assert foreign not in page.text
        form = {**READER_FORM, "version": "1", "allowed_networks": ""}
        assert "203.0.113.9/32\n2001:db8::/48" in (await desk.get(f"{ONE}/edit")).text
        changed = await desk.post(f"{ONE}/edit", data=form)
        assert changed.headers["location"] == f"{ONE}?done=reader_changed"
        assert "どこからでも使えます" in (await desk.get(changed.headers["location"])).text
    (entry,) = await office.log("reader.changed")
    assert entry.detail == {"fields": "allowed_networks"}
    assert (await client(office, "counter")).metadata.scope == "card:verify"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"allowed_networks": "203.0.113.300"}, "allowed_networks"),
        ({"allowed_networks": "203.0.113.1/24"}, "allowed_networks"),
        ({"allowed_networks": "0.0.0.0/0"}, "allowed_networks"),
        ({"allowed_networks": "203.0.113.9\n203.0.113.9/32"}, "allowed_networks"),
        ({"allowed_networks": "<b>"}, "allowed_networks"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"client_name_ja": ""}, "client_name_ja"),
    ],
)
async def test_a_wrong_value_is_told_at_its_field_and_nothing_is_registered(
    office: Office, change: dict[str, str], field: str
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        page = await desk.post(READERS, data={**READER_FORM, **change})
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert 'value="Counter 1"' in page.text
        assert "<b>" not in page.text
    assert not await is_registered(office, "counter")
    assert await office.log("reader.created") == []


async def test_a_reader_is_stopped_and_brought_back(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(READERS, data=READER_FORM)
        for version, (verb, word, state) in enumerate(
            (
                ("suspend", "suspended", "suspended"),
                ("resume", "resumed", "active"),
                ("delete", "deleted", "deleted"),
                ("restore", "restored", "suspended"),
            ),
            1,
        ):
            assert (await desk.get(f"{ONE}/{verb}")).status_code == 200
            done = await desk.post(f"{ONE}/{verb}", data={"version": str(version)})
            assert done.headers["location"] == f"{ONE}?done=reader_{word}"
            assert (await desk.get(done.headers["location"])).status_code == 200
            assert (await client(office, "counter")).state == state
            assert len(await office.log(f"reader.{word}")) == 1


async def test_a_readers_secret_is_rotated_and_its_former_one_ended(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(READERS, data=READER_FORM)
        assert (await desk.get(f"{ONE}/secrets")).status_code == 200
        rotated = await desk.post(f"{ONE}/secrets", data={"version": "1"})
        assert 'class="secret"' in rotated.text
        ended = await desk.post(f"{ONE}/secrets/former", data={"version": "2"})
        assert ended.headers["location"] == f"{ONE}?done=former_secret_ended"
    assert (await client(office, "counter")).former_secret_until is None


async def test_a_reader_is_no_service_and_another_tenants_is_not_there(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(READERS, data=READER_FORM)
        for path in ("", "/edit", "/secrets", "/delete"):
            assert (await desk.get(f"{SERVICES}/counter{path}")).status_code == 404, path
    async with office.at_desk(await office.operator(tenant_id="minato")) as desk:
        for path in ("", "/edit", "/secrets", "/delete"):
            assert (await desk.get(f"{ONE}{path}")).status_code == 404, path
            assert (
                await desk.get(f"/admin/tenants/minato/readers/counter{path}")
            ).status_code == 404


async def test_who_may_only_look_sees_it_and_no_button(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(READERS, data=READER_FORM)
    async with office.at_desk(await office.operator(Role.AUDITOR, "hanasaki")) as desk:
        page = await desk.get(ONE)
        assert page.status_code == 200
        assert f'href="{ONE}/' not in page.text
        for path in ("edit", "secrets", "suspend", "delete"):
            assert (await desk.get(f"{ONE}/{path}")).status_code == 403, path
            form = {**READER_FORM, "version": "1"}
            assert (await desk.post(f"{ONE}/{path}", data=form)).status_code == 403, path
    assert (await client(office, "counter")).version == 1
