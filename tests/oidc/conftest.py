"""Two services at the gateway."""

import pytest

from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture
async def health(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("health"))


@pytest.fixture
async def points(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("points"))
