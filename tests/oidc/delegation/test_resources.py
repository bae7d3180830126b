"""A service may name the API it wants to call; what is not its to call, or not agreed to, is
refused."""

import json
from typing import Any

import pytest

from gateway.oidc.records import refresh_tokens
from gateway.tenants.model import ClientKind, Tenant
from gateway.tenants.registration import Registration
from tests.oidc.delegation.flows import (
    DATA,
    HEALTH_API,
    MAY_CALL,
    TAX_API,
    WELFARE_API,
    Party,
    body_of,
    error_of,
    flow,
    seen,
    withdraw,
)
from tests.support.gateway import Gateway, service_metadata
from tests.support.log import count
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio

BOTH = flow(WELFARE_API, "allowance", "household", actions=("read", "write"))


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("invalid_target", {"resource": "https://nobody.example.test/api"}),
        ("invalid_target", {"resource": TAX_API}),
        ("invalid_target", {"resource": WELFARE_API + "/"}),
        ("invalid_target", {"resource": "welfare"}),
        ("invalid_target", {"resource": "%"}),
        ("invalid_target", {"resource": WELFARE_API}),
        ("invalid_authorization_details", {"authorization_details": "{}"}),
        ("invalid_authorization_details", {"authorization_details": "not JSON"}),
        ("invalid_authorization_details", {"authorization_details": '[{"type": "other"}]'}),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(TAX_API)])},
        ),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(HEALTH_API)])},
        ),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(WELFARE_API, "secrets")])},
        ),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([{**flow(WELFARE_API), "more": 1}])},
        ),
    ],
)
async def test_what_may_not_be_asked_for_is_told_to_the_service(
    party: Party, error: str, changes: dict[str, str]
) -> None:
    sent = redirected(await party.health.authorize(party.browser, **changes))
    assert (sent["error"], "code" in sent) == (error, False)


async def test_a_service_without_the_type_may_not_ask(party: Party) -> None:
    asked = json.dumps([flow(WELFARE_API)])
    sent = redirected(await party.tax.authorize(party.browser, authorization_details=asked))
    assert sent["error"] == "invalid_authorization_details"


async def test_another_towns_api_is_out_of_reach(gateway: Gateway, party: Party) -> None:
    api = "https://minato.example.test/api"
    abroad = service_metadata("minato", resources=(api,), datatypes=DATA)
    await gateway.provider.clients.register_all(
        [Tenant("minato", "港町", "Minato")],
        [Registration(ClientKind.SERVICE, "minato", "minato", abroad)],
        gateway.clock(),
    )
    reaching = RelyingParty(
        gateway, await gateway.service("reaching", allowed_resources=(api,), **MAY_CALL)
    )
    for changes in ({"authorization_details": json.dumps([flow(api)])}, {"resource": api}):
        sent = redirected(await reaching.authorize(party.browser, **changes))
        assert sent["error"] in ("invalid_target", "invalid_authorization_details")


async def test_a_service_calls_its_own_api_without_asking_again(party: Party) -> None:
    await party.agree(party.health, party.welfare.client)
    code = await party.granted(party.health, resource=HEALTH_API)
    tokens = body_of(await party.health.redeem(code, resource=HEALTH_API))
    assert "." not in tokens["access_token"]
    told = await seen(party.health, tokens["access_token"])
    assert (told["aud"], told["sub"]) == (HEALTH_API, party.sub_at(party.health))
    assert "authorization_details" not in told


async def test_without_a_resource_the_token_is_for_the_gateway(party: Party) -> None:
    await party.agree(party.health, party.welfare.client, BOTH)
    code = await party.granted(party.health, BOTH, resource=WELFARE_API)
    tokens = body_of(await party.health.redeem(code))
    told = payload(tokens["access_token"])
    assert told["aud"] == "https://id.example.test"
    assert tokens["authorization_details"] == told["authorization_details"] == [BOTH]
    introspected = await seen(party.health, tokens["access_token"])
    assert introspected["authorization_details"] == [BOTH]
    assert (await party.health.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    assert "authorization_details" not in payload(tokens["id_token"])


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("invalid_target", {"resource": TAX_API}),
        ("invalid_target", {"resource": HEALTH_API}),
        ("invalid_target", {"resource": "x"}),
        (
            "invalid_authorization_details",
            {
                "resource": WELFARE_API,
                "authorization_details": json.dumps([flow(WELFARE_API, "household")]),
            },
        ),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(WELFARE_API, actions=("write",))])},
        ),
        ("invalid_authorization_details", {"authorization_details": "["}),
    ],
)
async def test_a_token_request_never_widens(
    gateway: Gateway, party: Party, error: str, changes: dict[str, str]
) -> None:
    await party.agree(party.health, party.welfare.client, BOTH)
    tokens = body_of(
        await party.health.redeem(await party.granted(party.health, flow(WELFARE_API)))
    )
    known = await count(gateway, refresh_tokens)
    code = await party.granted(party.health, flow(WELFARE_API))
    assert error_of(await party.health.redeem(code, **changes)) == (400, error)
    assert error_of(await party.health.refresh(tokens["refresh_token"], **changes)) == (400, error)
    assert await count(gateway, refresh_tokens) == known
    # And the refresh token was not used up by it.
    assert (await party.health.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_token_request_may_narrow(party: Party) -> None:
    await party.agree(party.health, party.welfare.client, BOTH)
    less = flow(WELFARE_API, "household")
    code = await party.granted(party.health, BOTH)
    asked = {"resource": WELFARE_API, "authorization_details": json.dumps([less])}
    tokens = body_of(await party.health.redeem(code, **asked))
    assert tokens["authorization_details"] == [less]
    assert (await seen(party.welfare, tokens["access_token"]))["authorization_details"] == [less]
    again = body_of(await party.health.refresh(tokens["refresh_token"], resource=WELFARE_API))
    assert again["authorization_details"] == [BOTH]


async def test_a_token_is_for_one_api(party: Party) -> None:
    await party.agree(party.health, party.welfare.client, BOTH)
    code = await party.granted(party.health, BOTH, resource=HEALTH_API)
    form: dict[str, Any] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.health.redirect_uri,
        "code_verifier": party.health.verifier,
        "resource": [WELFARE_API, HEALTH_API],
    }
    assert error_of(await party.health.post("/token", form)) == (400, "invalid_target")


async def test_what_the_resident_does_not_agree_to_any_more_is_not_issued(
    gateway: Gateway, party: Party
) -> None:
    tokens = await party.called()
    await withdraw(gateway, "health")
    asked = {"resource": WELFARE_API}
    refused = await party.health.refresh(tokens["refresh_token"], **asked)
    assert error_of(refused) == (400, "invalid_target")
    assert await seen(party.welfare, tokens["access_token"]) == {"active": False}
    assert (await party.health.refresh(tokens["refresh_token"])).status_code == 200


async def test_of_a_service_that_has_the_address_later_nothing_was_agreed(
    gateway: Gateway, party: Party
) -> None:
    tokens = await party.called()
    await gateway.service("welfare", client_name_ja="福祉サービス", client_name_en="Welfare")
    successor = RelyingParty(
        gateway, await gateway.service("successor", resources=(WELFARE_API,), datatypes=DATA)
    )
    for service in (party.health, party.welfare, successor):
        assert await seen(service, tokens["access_token"]) == {"active": False}
    refused = await party.health.refresh(tokens["refresh_token"], resource=WELFARE_API)
    assert error_of(refused) == (400, "invalid_target")


async def test_a_grant_without_a_resident_calls_no_api(gateway: Gateway) -> None:
    counter = RelyingParty(gateway, await gateway.reader("counter"))
    form = {"grant_type": "client_credentials", "resource": WELFARE_API}
    assert error_of(await counter.token(form)) == (400, "invalid_target")
