"""A token for another service's API is bound to the caller's key, where the caller showed one; the
service that is called is told which."""

import httpx2
import pytest

from gateway.tenants.administration import suspend_client
from gateway.tenants.client_records import find_client_record
from gateway.tenants.protocol import TOKEN_EXCHANGE
from tests.oidc.delegation.flows import (
    ACCESS_TOKEN_TYPE,
    TAX_API,
    WELFARE_API,
    Party,
    body_of,
    flow,
    seen,
)
from tests.support.gateway import Gateway
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio


async def proving(
    service: RelyingParty, form: dict[str, str], maker: ProofMaker
) -> httpx2.Response:
    """The request again with the nonce, where one is wanted."""
    async with service.gateway.browser() as http:
        for _ in range(2):
            answer = await http.post(
                "/token", data=form, auth=service.credentials, headers={"DPoP": maker.proof()}
            )
            maker.nonce = answer.headers.get("dpop-nonce", maker.nonce)
            if answer.json().get("error") != "use_dpop_nonce":
                break
    return answer


async def test_both_sides_are_told_the_key(gateway: Gateway, party: Party) -> None:
    maker = ProofMaker(gateway.clock)
    tokens = await party.called()
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "resource": WELFARE_API,
    }
    bound = body_of(await proving(party.health, form, maker))
    assert bound["token_type"] == "DPoP"
    for service in (party.health, party.welfare):
        told = await seen(service, bound["access_token"])
        assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": maker.jkt})


async def test_what_is_exchanged_is_bound_to_the_next_callers_key(
    gateway: Gateway, party: Party
) -> None:
    maker = ProofMaker(gateway.clock)
    token = (await party.called())["access_token"]
    await party.agree(party.welfare, party.tax.client, flow(TAX_API))
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "resource": TAX_API,
    }
    bound = body_of(await proving(party.welfare, form, maker))
    assert (await seen(party.tax, bound["access_token"]))["cnf"] == {"jkt": maker.jkt}
    assert "cnf" not in await seen(party.welfare, token)


@pytest.mark.parametrize("stopped", ["health", "welfare", "tax"])
async def test_of_a_service_that_is_stopped_nothing_goes_on(
    gateway: Gateway, party: Party, stopped: str
) -> None:
    token = (await party.called())["access_token"]
    await party.agree(party.welfare, party.tax.client, flow(TAX_API))
    onward = body_of(await party.exchange(party.welfare, token, TAX_API))["access_token"]
    async with gateway.provider.records.writing() as connection:
        found = await find_client_record(connection, "hanasaki", stopped)
        await suspend_client(connection, "hanasaki", stopped, found.version, gateway.clock())
    for service in (party.health, party.welfare, party.tax):
        if service.client.client_id == stopped:
            continue
        assert await seen(service, onward) == {"active": False}
        if stopped != "tax":
            assert await seen(service, token) == {"active": False}
