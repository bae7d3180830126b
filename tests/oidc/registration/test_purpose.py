"""Who changes what a service uses data for has not been agreed to by its residents."""

import pytest

from tests.support.developer import developer
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio
SCOPE = "openid profile"


async def test_with_another_purpose_residents_are_asked_again(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    client = await gateway.provider.clients.find(told["client_id"])
    assert client is not None
    other, resident = await gateway.service("health"), await gateway.resident()
    for agreed in (client, other):
        await gateway.consent(agreed, resident, SCOPE)
    service = RelyingParty(gateway, client)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        told = (await by.change(told, client_name="Booking and more")).json()
        assert "code" in redirected(await service.authorize(browser, scope=SCOPE))
        assert (await by.change(told, purpose_ja="広告の配信")).status_code == 200
        asked = await service.authorize(browser, scope=SCOPE)
        assert asked.headers["location"].startswith("/consent?task=")
        assert "広告の配信" in (await browser.get(asked.headers["location"])).text
        silent = await service.authorize(browser, scope=SCOPE, prompt="none")
        assert redirected(silent)["error"] == "consent_required"
        at_health = RelyingParty(gateway, other)
        assert "code" in redirected(await at_health.authorize(browser, scope=SCOPE))
