"""Whoever is refused at one of our APIs learns where it is told which access tokens are good."""

import pytest

from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
WHERE = f"{ISSUER}/.well-known/oauth-protected-resource"


async def test_it_tells_of_this_gateway_and_of_nothing_else(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        answer = await http.get(WHERE)
        discovery = (await http.get("/.well-known/openid-configuration")).json()
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert "max-age" in answer.headers["cache-control"]
    assert (told["resource"], told["authorization_servers"]) == (ISSUER, [ISSUER])
    assert discovery["protected_resources"] == [told["resource"]]
    assert told["jwks_uri"] == discovery["jwks_uri"]
    assert set(told["scopes_supported"]) <= set(discovery["scopes_supported"])
    assert "link" in told["scopes_supported"]
    assert "offline_access" not in told["scopes_supported"]
    signing = told["resource_signing_alg_values_supported"]
    assert signing == discovery["userinfo_signing_alg_values_supported"]
    dpop = "dpop_signing_alg_values_supported"
    assert told[dpop] == discovery[dpop]
    assert (told["resource_name#ja"], told["resource_name#en"]) == ("玄関", "Genkan")
    assert told["resource_name"] == "Genkan"


async def test_the_ways_a_token_may_come_are_those_it_names(
    gateway: Gateway, health: RelyingParty
) -> None:
    hanako = await gateway.resident()
    await gateway.consent(health.client, hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        access_token = (await health.tokens(browser))["access_token"]
        told = (await browser.get(WHERE)).json()["bearer_methods_supported"]
        sent = {
            "header": {"headers": {"Authorization": f"Bearer {access_token}"}},
            "body": {"data": {"access_token": access_token}},
            "query": {"params": {"access_token": access_token}},
        }
        for method, arguments in sent.items():
            answer = await browser.post("/userinfo", **arguments)  # type: ignore[arg-type]
            assert (answer.status_code == 200) is (method in told), method


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/userinfo"), ("POST", "/userinfo"), ("GET", "/link"), ("DELETE", "/link")],
)
async def test_a_refusal_says_where(gateway: Gateway, method: str, path: str) -> None:
    async with gateway.browser() as http:
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            answer = await http.request(method, path, headers=headers)
            assert answer.status_code == 401
            challenge = answer.headers["www-authenticate"]
            assert challenge.startswith('Bearer error="invalid_token", ')
            assert f', resource_metadata="{WHERE}"' in challenge


async def test_a_client_that_is_refused_at_the_token_endpoint_is_told_nothing_of_it(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as http:
        answer = await http.post(
            "/token", data={"grant_type": "refresh_token"}, auth=("health", "w" * 43)
        )
    assert answer.status_code == 401
    assert "resource_metadata" not in answer.headers["www-authenticate"]
