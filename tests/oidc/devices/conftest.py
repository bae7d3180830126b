"""A kiosk, a counter, and 花子 who is signed in at home."""

from collections.abc import AsyncIterator

import pytest

from tests.oidc.devices.parts import COUNTER, KIOSK, LOCAL_ID, AtHome, Counter, Kiosk
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture
async def kiosk(gateway: Gateway) -> Kiosk:
    return Kiosk(RelyingParty(gateway, await gateway.service("kiosk", **KIOSK)))


@pytest.fixture
async def hanako(gateway: Gateway) -> AsyncIterator[AtHome]:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield AtHome(gateway, browser, resident)


@pytest.fixture
async def taro(gateway: Gateway) -> AsyncIterator[AtHome]:
    resident = await gateway.resident("花咲　太郎")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield AtHome(gateway, browser, resident)


@pytest.fixture
async def counter(gateway: Gateway, hanako: AtHome) -> Counter:
    """Linked with 花子."""
    client = await gateway.service("counter", **COUNTER)
    resident_id = hanako.resident.resident_id
    await gateway.provider.links.put(client.client_id, resident_id, LOCAL_ID, gateway.clock())
    return Counter(RelyingParty(gateway, client))
