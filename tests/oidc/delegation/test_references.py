"""A token for another service's API: each side sees its own half of it, and it ends with all it
rests on."""

import json

import pytest

from gateway.residents.model import ResidentState
from tests.oidc.delegation.flows import (
    DATA,
    HEALTH_API,
    MAY_CALL,
    TAX_API,
    WELFARE_API,
    Party,
    body_of,
    flow,
    seen,
)
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.log import log_text
from tests.support.relying_party import RelyingParty
from tests.support.states import become

pytestmark = pytest.mark.anyio
DEAD = {"active": False}


async def link(party: Party, service: RelyingParty, local_id: str) -> None:
    await party.gateway.provider.links.put(
        service.client.client_id, party.resident.resident_id, local_id, party.gateway.clock()
    )


async def test_each_side_sees_its_own_half_and_never_the_others(party: Party) -> None:
    await link(party, party.health, "H-0001")
    await link(party, party.welfare, "W-9999")
    tokens = await party.called()
    token = tokens["access_token"]
    by_caller, by_api = await seen(party.health, token), await seen(party.welfare, token)
    shared = {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": WELFARE_API,
        "client_id": "health",
        "scope": tokens["scope"],
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
        "authorization_details": [flow(WELFARE_API)],
    }
    assert by_caller == {**shared, "sub": party.sub_at(party.health), "local_id": "H-0001"}
    assert by_api == {**shared, "sub": party.sub_at(party.welfare), "local_id": "W-9999"}
    assert by_caller["sub"] != by_api["sub"]
    to_caller = json.dumps([tokens, by_caller])
    assert party.sub_at(party.welfare) not in to_caller
    assert "W-9999" not in to_caller
    assert party.sub_at(party.health) not in json.dumps(by_api)
    assert "H-0001" not in json.dumps(by_api)
    assert token.isascii()
    assert "." not in token


async def test_a_local_id_is_told_to_who_is_registered_for_it(
    gateway: Gateway, party: Party
) -> None:
    await link(party, party.welfare, "W-9999")
    token = (await party.called())["access_token"]
    await gateway.service(
        "welfare", resources=(WELFARE_API,), datatypes=DATA, scope="openid profile"
    )
    told = await seen(party.welfare, token)
    assert (told["active"], "local_id" in told) == (True, False)


async def test_a_third_service_learns_nothing(party: Party) -> None:
    token = (await party.called())["access_token"]
    assert await seen(party.tax, token) == DEAD


async def test_it_opens_nothing_here(party: Party) -> None:
    token = (await party.called())["access_token"]
    for method, path in (("GET", "/userinfo"), ("GET", "/link"), ("DELETE", "/link")):
        answer = await party.health.call(method, path, token)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_it_ends_with_its_time(gateway: Gateway, party: Party) -> None:
    token = (await party.called())["access_token"]
    gateway.clock.forward(seconds=599)
    assert (await seen(party.welfare, token))["active"]
    gateway.clock.forward(seconds=1)
    assert await seen(party.welfare, token) == DEAD


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_it_ends_when_it_or_its_family_is_revoked(party: Party, which: str) -> None:
    tokens = await party.called()
    stranger = await party.welfare.post("/revoke", {"token": tokens[which]})
    assert stranger.status_code == 200
    assert (await seen(party.welfare, tokens["access_token"]))["active"]
    assert (await party.health.post("/revoke", {"token": tokens[which]})).status_code == 200
    for service in (party.health, party.welfare):
        assert await seen(service, tokens["access_token"]) == DEAD


async def test_it_ends_with_the_right_to_call(gateway: Gateway, party: Party) -> None:
    token = (await party.called())["access_token"]
    await gateway.service("health", resources=(HEALTH_API,))
    for service in (party.health, party.welfare):
        assert await seen(service, token) == DEAD


async def test_it_ends_when_the_resident_is_shut_out(gateway: Gateway, party: Party) -> None:
    token = (await party.called())["access_token"]
    await become(gateway, party.resident.resident_id, ResidentState.SUSPENDED)
    assert await seen(party.welfare, token) == DEAD


async def test_a_replayed_code_ends_it(party: Party) -> None:
    await party.agree(party.health, party.welfare.client, flow(WELFARE_API))
    code = await party.granted(party.health, flow(WELFARE_API))
    token = body_of(await party.health.redeem(code, resource=WELFARE_API))["access_token"]
    assert (await party.health.redeem(code, resource=WELFARE_API)).status_code == 400
    assert await seen(party.welfare, token) == DEAD


async def test_no_token_and_no_local_id_stands_in_the_log(gateway: Gateway, party: Party) -> None:
    await link(party, party.health, "H-0001")
    tokens = await party.called()
    await seen(party.welfare, tokens["access_token"])
    text = await log_text(gateway)
    assert tokens["access_token"] not in text
    assert "H-0001" not in text


async def test_who_may_call_another_api_learns_nothing_of_this_one(
    gateway: Gateway, party: Party
) -> None:
    other = RelyingParty(
        gateway, await gateway.service("other", allowed_resources=(TAX_API,), **MAY_CALL)
    )
    token = (await party.called())["access_token"]
    assert await seen(other, token) == DEAD
