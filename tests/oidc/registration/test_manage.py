"""A service reads, changes and ends its own registration, by its own token and nobody else's."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.errors import Conflict
from gateway.tenants.administration import (
    change_client,
    end_own_changes,
    restore_client,
    resume_client,
    suspend_client,
)
from gateway.tenants.client_records import ClientRecord, find_client_record
from tests.support.developer import developer, sent_back
from tests.support.gateway import Gateway
from tests.support.log import log_text, logged

pytestmark = pytest.mark.anyio


async def record(gateway: Gateway, registration: dict[str, Any]) -> ClientRecord:
    async with gateway.provider.records.reading() as connection:
        return await find_client_record(connection, "hanasaki", registration["client_id"])


async def test_what_is_read_is_what_was_told_but_for_the_secret(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    for _ in range(2):
        read = await by.manage("GET", told)
        assert read.status_code == 200
        assert read.headers["cache-control"] == "no-store"
        assert read.json() == {n: v for n, v in told.items() if n != "client_secret"}


async def test_a_change_is_all_metadata_anew_with_another_token(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered(contacts=["dev@example.test"], client_name="Old")
    answer = await by.change(told, client_name=..., contacts=..., **{"client_name#en": "New"})
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["client_name#en"], after["client_name#ja"]) == ("New", "健診予約")
    assert "contacts" not in after
    assert "client_secret" not in after
    assert after["registration_access_token"] != told["registration_access_token"]
    assert (await by.manage("GET", told)).status_code == 401
    assert (await by.manage("GET", after)).status_code == 200
    (entry,) = await logged(gateway, "service.changed")
    assert entry.detail == {"fields": "client_name_en contact"}
    assert entry.origin.actor == f"client:{told['client_id']}"


async def test_a_change_that_is_refused_changes_nothing_and_keeps_the_token(
    gateway: Gateway,
) -> None:
    by = await developer(gateway)
    told = await by.registered()
    before = await record(gateway, told)
    changes: list[dict[str, Any]] = [
        {"redirect_uris": ["http://booking.example.test/"]},
        {"redirect_uris": []},
        {"purpose_ja": ...},
        {"scope": "openid profile address"},
        {"client_id": "another"},
        {"client_id": ...},
        {"client_secret": "chosen"},
        {"client_secret": 1},
        {"registration_access_token": told["registration_access_token"]},
        {"client_id_issued_at": 1},
        {"may_see_common_id": True},
    ]
    for change in changes:
        answer = await by.change(told, **change)
        assert answer.status_code == 400, (change, answer.text)
        assert answer.json()["error"] in (
            "invalid_client_metadata",
            "invalid_redirect_uri",
            "invalid_request",
        )
    assert await record(gateway, told) == before
    assert (await by.change(told, client_secret=told["client_secret"])).status_code == 200


async def test_a_secret_is_made_when_it_is_needed_from_then_on(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered(token_endpoint_auth_method="none")
    assert "client_secret" not in told
    after = (await by.change(told, token_endpoint_auth_method="client_secret_post")).json()
    assert len(after["client_secret"]) == 43
    assert after["client_secret_expires_at"] == 0


async def test_another_sector_is_another_sub_and_no_developers_affair(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    answer = await by.change(told, redirect_uris=["https://other.example.test/callback"])
    assert answer.json()["error"] == "invalid_client_metadata"
    assert answer.json()["error_description"].startswith("sector_identifier: an operator")


async def test_what_an_operator_added_stays_and_what_they_demand_is_not_lowered(
    gateway: Gateway,
) -> None:
    by = await developer(gateway)
    told = await by.registered()
    before = await record(gateway, told)
    wider = msgspec.structs.replace(
        before.metadata,
        scope="openid profile address common_id",
        may_see_common_id=True,
        decision_document_number="花総発第12号",
    )
    provider = gateway.provider
    async with provider.records.writing() as connection:
        await change_client(
            connection,
            provider.keyed_hash,
            "hanasaki",
            before.client_id,
            wider,
            before.version,
            gateway.clock(),
        )
    read = (await by.manage("GET", told)).json()
    assert read["scope"] == "openid profile address common_id"
    assert not {"may_see_common_id", "decision_document_number"} & set(read)
    answer = await by.change(read, **{"client_name#en": "Renamed"})
    assert answer.status_code == 200
    after = await record(gateway, told)
    assert after.metadata == msgspec.structs.replace(wider, client_name_en="Renamed")
    fewer = (await by.change(answer.json(), scope=...)).json()
    assert fewer["scope"] == "openid profile"
    again = await by.change(fewer, scope="openid profile address")
    assert again.json()["error"] == "invalid_client_metadata"


async def test_unknown_foreign_and_missing_tokens_are_one_answer(gateway: Gateway) -> None:
    by = await developer(gateway)
    own, other = await by.registered(), await by.registered()
    await gateway.service("console")
    path = f"/register/{own['client_id']}"
    tokens = (None, "x", by.token, other["registration_access_token"], own["client_secret"])
    answers = [
        await by.call(method, where, token, json=sent_back(own))
        for method in ("GET", "PUT", "DELETE")
        for where in (path, "/register/nobody", "/register/console", "/register/%00", "/register/X")
        for token in tokens
    ]
    answers.append(await by.call("GET", "/register/nobody", own["registration_access_token"]))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["error"] for answer in answers} == {"invalid_token"}
    assert (await by.manage("GET", own)).status_code == 200


async def test_who_ends_it_can_do_nothing_more_and_an_operator_can_restore_it(
    gateway: Gateway,
) -> None:
    by = await developer(gateway)
    told = await by.registered()
    ended = await by.manage("DELETE", told)
    assert (ended.status_code, ended.content) == (204, b"")
    assert await gateway.provider.clients.find(told["client_id"]) is None
    for method in ("GET", "PUT", "DELETE"):
        assert (await by.manage(method, told, json=sent_back(told))).status_code == 401
    (entry,) = await logged(gateway, "service.deleted")
    assert entry.client_id == told["client_id"]
    own, now = ("hanasaki", told["client_id"]), gateway.clock()
    async with gateway.provider.records.writing() as connection:
        back = await restore_client(connection, *own, 2, now, timedelta(days=30))
        await resume_client(connection, *own, back.version, now)
    assert await gateway.provider.clients.find(told["client_id"]) is not None
    assert (await by.manage("GET", told)).status_code == 401


async def test_a_suspended_service_manages_nothing_until_it_is_resumed(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    own, now = ("hanasaki", told["client_id"]), gateway.clock()
    async with gateway.provider.records.writing() as connection:
        stopped = await suspend_client(connection, *own, 1, now)
    for method in ("GET", "PUT", "DELETE"):
        assert (await by.manage(method, told, json=sent_back(told))).status_code == 401
    async with gateway.provider.records.writing() as connection:
        await resume_client(connection, *own, stopped.version, now)
    assert (await by.manage("GET", told)).status_code == 200


async def test_an_operator_ends_the_developers_access_and_the_service_goes_on(
    gateway: Gateway,
) -> None:
    by = await developer(gateway)
    told = await by.registered()
    assert (await record(gateway, told)).manages_itself
    own, now = ("hanasaki", told["client_id"]), gateway.clock()
    async with gateway.provider.records.writing() as connection:
        after = await end_own_changes(connection, *own, 1, now)
        with pytest.raises(Conflict):
            await end_own_changes(connection, *own, after.version, now)
    assert not after.manages_itself
    assert (await by.manage("GET", told)).status_code == 401
    assert await gateway.provider.clients.find(told["client_id"]) is not None


async def test_no_token_and_no_secret_stands_in_the_log(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    await by.change(told, client_secret="not-the-present-one-but-a-secret")
    after = (await by.change(told, client_secret=told["client_secret"])).json()
    await by.manage("DELETE", after)
    text = await log_text(gateway)
    for one in (told, after):
        assert one["registration_access_token"] not in text
    assert told["client_secret"] not in text
    assert "not-the-present-one" not in text
