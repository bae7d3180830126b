"""A resident, signed in in a browser, and two services that want to be told when that ends."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.residents.model import Resident
from tests.support.gateway import Gateway
from tests.support.logout_receiver import LogoutReceiver, listen, told_at
from tests.support.relying_party import RelyingParty

ONLINE = "openid profile"
"""Nothing that is given for when the resident is away."""


@pytest.fixture
async def health(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("health", **told_at("health")))


@pytest.fixture
async def points(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("points", **told_at("points")))


@pytest.fixture
def at_health(gateway: Gateway) -> LogoutReceiver:
    return listen(gateway, "health")[0]


@pytest.fixture
def at_points(gateway: Gateway) -> LogoutReceiver:
    return listen(gateway, "points")[0]


@pytest.fixture
async def resident(gateway: Gateway, health: RelyingParty, points: RelyingParty) -> Resident:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    await gateway.consent(points.client, resident)
    return resident


@pytest.fixture
async def browser(gateway: Gateway, resident: Resident) -> AsyncIterator[httpx2.AsyncClient]:
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield browser
