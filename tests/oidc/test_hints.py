"""Whom a service expects: id_token_hint binds, login_hint only asks."""

import pytest

from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio


async def test_a_hint_for_somebody_else_is_login_required(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    hanako, saburo = await gateway.resident(), await gateway.resident("邊見　三郎")
    for resident in (hanako, saburo):
        await gateway.consent(health.client, resident)
        await gateway.consent(points.client, resident)
    async with gateway.browser() as browser, gateway.browser() as other:
        await gateway.sign_in(browser, hanako)
        await gateway.sign_in(other, saburo)
        hint = (await health.tokens(browser))["id_token"]
        foreign = (await points.tokens(browser))["id_token"]
        same = await health.authorize(browser, id_token_hint=hint, prompt="none")
        assert "code" in redirected(same)
        else_ = await health.authorize(other, id_token_hint=hint, prompt="none")
        assert redirected(else_)["error"] == "login_required"
        wrong = await health.authorize(browser, id_token_hint=foreign, prompt="none")
        assert redirected(wrong)["error"] == "invalid_request"


async def test_a_login_hint_is_the_services_own_id_of_a_resident(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    """On a shared computer the next one is not taken for the one before."""
    hanako, taro = await gateway.resident("花咲　花子"), await gateway.resident("花咲　太郎")
    links = gateway.provider.links
    await links.put(health.client.client_id, hanako.resident_id, "H-1", gateway.clock())
    await links.put(health.client.client_id, taro.resident_id, "H-2", gateway.clock())
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        await gateway.consent(health.client, hanako)
        await gateway.consent(points.client, hanako)
        gateway.clock.forward(seconds=1)
        assert "code" in redirected(await health.authorize(browser, login_hint="H-1"))
        asked = await health.authorize(browser, login_hint="H-2")
        assert asked.headers["location"].startswith("/login?")
        silent = redirected(await health.authorize(browser, login_hint="H-2", prompt="none"))
        assert silent["error"] == "login_required"
        assert "code" not in silent
        # Another service's ID, an ended link or a mail address is no hint.
        assert "code" in redirected(await points.authorize(browser, login_hint="H-2"))
        await links.end(health.client.client_id, taro.resident_id, gateway.clock())
        for nobodys in ("H-2", "hanako@example.test", "x" * 5_000, "\n"):
            assert "code" in redirected(await health.authorize(browser, login_hint=nobodys))
