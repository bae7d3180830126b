"""Tokens of before a service was held to FAPI 2.0 are bound to no key, and buy nothing any more."""

import pytest

from tests.oidc.authorization.fapi import SECURITY
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio


async def test_a_bearer_token_of_before_is_refused(gateway: Gateway) -> None:
    before = RelyingParty(gateway, await gateway.service("fapi"))
    resident = await gateway.resident()
    await gateway.consent(before.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        token = (await before.tokens(browser))["access_token"]
    assert (await before.call("GET", "/userinfo", token)).status_code == 200
    await gateway.service("fapi", **SECURITY)
    refused = await before.call("GET", "/userinfo", token)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
