"""Services through the API: registered, changed as seen, stopped, restored; secrets shown once."""

from typing import Any

import pytest

from gateway.operators.model import Role
from tests.support.log import log_text
from tests.support.operators import API, Office, no_longer_fresh
from tests.tenants.town import READER, SERVICE

pytestmark = pytest.mark.anyio
SERVICES = f"{API}/tenants/hanasaki/services"
NEW = {"client_id": "health", "metadata": SERVICE}


async def test_a_service_is_registered_shown_changed_and_its_secret_shown_once(
    office: Office,
) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        made = await desk.post(SERVICES, json=NEW)
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        secret = made.json()["client_secret"]
        assert len(secret) == 43
        shown = await desk.get(f"{SERVICES}/health")
        assert shown.json()["metadata"]["client_name_ja"] == "健康アプリ"
        assert secret not in shown.text
        changed = {**SERVICE, "client_name_en": "Wellness"}
        answer = await desk.put(
            f"{SERVICES}/health", json=changed, headers={"If-Match": shown.headers["etag"]}
        )
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
        assert answer.json()["client_secret"] is None
        listed = await desk.get(SERVICES)
        assert [one["client_id"] for one in listed.json()["items"]] == ["health"]
    (entry,) = await office.log("service.changed")
    assert (entry.client_id, entry.tenant_id) == ("health", "hanasaki")
    assert entry.detail == {"fields": "client_name_en"}
    assert entry.origin.actor == f"operator:{manager.operator_id}"
    assert secret not in await log_text(office.gateway)


async def test_a_change_needs_the_version_that_was_seen(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        await desk.post(SERVICES, json=NEW)
        changed = {**SERVICE, "client_name_en": "Wellness"}
        blind = await desk.put(f"{SERVICES}/health", json=changed)
        assert (blind.status_code, blind.json()["type"]) == (
            428,
            "urn:genkan:problem:version_needed",
        )
        for etag in ('"2"', 'W/"1"', '"x"'):
            stale = await desk.put(f"{SERVICES}/health", json=changed, headers={"If-Match": etag})
            assert stale.status_code == 412, etag
        assert (await desk.get(f"{SERVICES}/health")).json()["metadata"] != changed
    assert await office.log("service.changed") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"redirect_uris": ["https://*.example/cb"]}, "redirect_uris"),
        ({"client_name_ja": ""}, "client_name_ja"),
        ({"scope": "openid admin"}, "scope"),
    ],
)
async def test_a_value_that_is_not_of_its_form_is_named_and_nothing_is_made(
    office: Office, change: dict[str, Any], field: str
) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        answer = await desk.post(
            SERVICES, json={"client_id": "health", "metadata": {**SERVICE, **change}}
        )
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == field
        assert (await desk.get(SERVICES)).json()["items"] == []
    assert await office.log("service.created") == []


async def test_a_reader_is_no_service(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        readers = f"{API}/tenants/hanasaki/readers"
        made = await desk.post(readers, json={"client_id": "counter", "metadata": READER})
        assert made.status_code == 201
        assert (await desk.get(f"{readers}/counter")).status_code == 200
        assert (await desk.get(f"{SERVICES}/counter")).status_code == 404


async def test_a_secret_rotates_after_a_fresh_sign_in_only(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        await desk.post(SERVICES, json=NEW)
        no_longer_fresh(office)
        path, seen = f"{SERVICES}/health/secrets", {"If-Match": '"1"'}
        late = await desk.post(path, headers=seen)
        assert late.json()["type"] == "urn:genkan:problem:reauthentication_needed"
        assert await office.log("service.secret_rotated") == []
        await office.sign_in(desk, manager)
        rotated = await desk.post(path, headers=seen)
        assert rotated.status_code == 201
        assert rotated.json()["client"]["former_secret_until"] is not None


async def test_a_deleted_service_is_restored_suspended(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        await desk.post(SERVICES, json=NEW)
        gone = await desk.delete(f"{SERVICES}/health", headers={"If-Match": '"1"'})
        assert gone.json()["state"] == "deleted"
        back = await desk.delete(f"{SERVICES}/health/deletion", headers={"If-Match": '"2"'})
        assert back.json()["state"] == "suspended"
        on = await desk.delete(f"{SERVICES}/health/suspension", headers={"If-Match": '"3"'})
        assert on.json()["state"] == "active"


async def test_a_tenant_does_not_allow_itself_to_see_the_common_id(office: Office) -> None:
    asked = {
        **SERVICE,
        "scope": "openid common_id",
        "may_see_common_id": True,
        "decision_document_number": "花総発第12号",
    }
    new = {"client_id": "health", "metadata": asked}
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        refused = await desk.post(SERVICES, json=new)
        assert refused.json()["errors"][0]["field"] == "may_see_common_id"
        assert (await desk.get(f"{SERVICES}/health")).status_code == 404
    platform = await office.operator(Role.SERVICE_MANAGER)
    async with office.at_desk(platform) as desk:
        assert (await desk.post(SERVICES, json=new)).status_code == 201
    async with office.at_desk(manager) as desk:
        kept = {**asked, "client_name_en": "Wellness"}
        changed = await desk.put(f"{SERVICES}/health", json=kept, headers={"If-Match": '"1"'})
        assert changed.status_code == 200
