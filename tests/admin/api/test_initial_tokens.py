"""Tokens for developers: made by whoever manages services, shown once, bounded, revoked."""

from typing import Any

import pytest

from gateway.operators.model import Role
from tests.support.developer import Developer, new_key
from tests.support.log import log_text
from tests.support.operators import API, Office, no_longer_fresh

pytestmark = pytest.mark.anyio
TOKENS = f"{API}/tenants/hanasaki/initial-tokens"
NEW = {"note": "花咲ソフト", "scope": "openid profile", "days": 7, "uses": 1}


async def test_one_is_made_shown_once_and_lets_a_service_in(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        made = await desk.post(TOKENS, json=NEW)
        assert made.status_code == 201
        token = made.json()["initial_access_token"]
        async with office.gateway.browser() as developer:
            discovery = (await developer.get("/.well-known/openid-configuration")).json()
        assert made.json()["registration_endpoint"] == discovery["registration_endpoint"]
        told = await Developer(office.gateway, token).registered()
        (listed,) = (await desk.get(TOKENS)).json()
        assert (listed["uses_left"], listed["is_good"]) == (0, False)
        assert listed["made_by"] == manager.operator_id
        assert token not in (await desk.get(TOKENS)).text
        service = await desk.get(f"{API}/tenants/hanasaki/services/{told['client_id']}")
        assert service.json()["manages_itself"] is True
        (entry,) = await office.log("initial_token.made")
        assert entry.detail == {"token": listed["token_id"], "scopes": "openid profile"}
    assert token not in await log_text(office.gateway)


async def test_a_revoked_one_lets_nobody_in_and_what_was_registered_stays(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        made = (await desk.post(TOKENS, json={**NEW, "uses": 5})).json()
        by = Developer(office.gateway, made["initial_access_token"])
        told = await by.registered()
        one = f"{TOKENS}/{made['about']['token_id']}"
        assert (await desk.delete(one)).status_code == 204
        assert (await desk.delete(one)).status_code == 404
        assert (await by.register()).status_code == 401
        assert (await by.manage("GET", told)).status_code == 200
    (entry,) = await office.log("initial_token.revoked")
    assert entry.detail == {"token": made["about"]["token_id"]}


async def test_another_tenants_is_not_there(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    other = await office.operator(Role.SERVICE_MANAGER, "minato")
    async with office.at_desk(manager) as desk:
        made = (await desk.post(TOKENS, json=NEW)).json()
    async with office.at_desk(other) as desk:
        one = f"{made['about']['token_id']}"
        assert (await desk.delete(f"{TOKENS}/{one}")).status_code == 404
        own = f"{API}/tenants/minato/initial-tokens"
        assert (await desk.delete(f"{own}/{one}")).status_code == 404
        assert (await desk.get(own)).json() == []
    assert await office.log("initial_token.revoked") == []


async def test_it_needs_a_fresh_sign_in(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        no_longer_fresh(office)
        refused = await desk.post(TOKENS, json=NEW)
        assert refused.status_code == 403
        assert (await desk.get(TOKENS)).json() == []


_, JWK = new_key()
BAD: list[tuple[dict[str, Any], str]] = [
    ({"note": ""}, "note"),
    ({"note": "\u202e"}, "note"),
    ({"note": "花" * 201}, "note"),
    ({"scope": ""}, "scope"),
    ({"scope": "openid common_id"}, "scope"),
    ({"scope": "openid card:verify"}, "scope"),
    ({"scope": "openid openid"}, "scope"),
    ({"days": 0}, "days"),
    ({"days": 31}, "days"),
    ({"days": "7"}, "days"),
    ({"uses": 0}, "uses"),
    ({"uses": 21}, "uses"),
    ({"uses": True}, "uses"),
    ({"software_issuer": "https://s.example"}, "software_jwks"),
    ({"software_jwks": {"keys": [JWK]}}, "software_issuer"),
    ({"software_issuer": "", "software_jwks": {"keys": [JWK]}}, "software_issuer"),
    ({"software_issuer": "https://s.example", "software_jwks": {"keys": []}}, "software_jwks"),
    (
        {"software_issuer": "s", "software_jwks": {"keys": [{**JWK, "d": "AA"}]}},
        "software_jwks",
    ),
    ({"made_by": "me"}, "made_by"),
]


@pytest.mark.parametrize(("change", "named"), BAD, ids=repr)
async def test_one_bad_value_makes_none(office: Office, change: dict[str, Any], named: str) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        refused = await desk.post(TOKENS, json={**NEW, **change})
        assert refused.status_code in (400, 422)
        assert named in refused.text
        assert (await desk.get(TOKENS)).json() == []


async def test_a_deleted_tenant_gets_none_and_fifty_are_the_most(office: Office) -> None:
    administrator = await office.operator()
    async with office.at_desk(administrator) as desk:
        for _ in range(50):
            assert (await desk.post(TOKENS, json=NEW)).status_code == 201
        assert (await desk.post(TOKENS, json=NEW)).status_code == 409
        office.gateway.clock.forward(days=8)
        await office.sign_in(desk, administrator)
        assert (await desk.post(TOKENS, json=NEW)).status_code == 201
        minato = f"{API}/tenants/minato"
        await desk.delete(minato, headers={"If-Match": '"1"'})
        assert (await desk.post(f"{minato}/initial-tokens", json=NEW)).status_code == 409


async def test_an_operator_ends_a_developers_access(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        made = (await desk.post(TOKENS, json=NEW)).json()
        by = Developer(office.gateway, made["initial_access_token"])
        told = await by.registered()
        path = f"{API}/tenants/hanasaki/services/{told['client_id']}/self-management"
        assert (await desk.delete(path)).status_code == 428
        ended = await desk.delete(path, headers={"If-Match": '"1"'})
        assert (ended.status_code, ended.json()["manages_itself"]) == (200, False)
        assert (await by.manage("GET", told)).status_code == 401
        again = await desk.delete(path, headers={"If-Match": '"2"'})
        assert again.status_code == 409
    (entry,) = await office.log("service.self_management_ended")
    assert entry.client_id == told["client_id"]
