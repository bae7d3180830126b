"""A gateway whose municipality tells things as verified, and a resident who came with a card."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.residents.model import Resident
from gateway.virtual.card import VirtualCard
from tests.login.visitor import Visitor, went_on
from tests.oidc.verified.telling import telling
from tests.support.gateway import ALL_SCOPES, Gateway
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town


@pytest.fixture
async def verifying(gateway: Gateway) -> Gateway:
    return await telling(gateway)


@pytest.fixture
async def health(verifying: Gateway) -> RelyingParty:
    return RelyingParty(verifying, await verifying.service("health"))


@pytest.fixture
async def browser(verifying: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    async with verifying.browser() as browser:
        yield browser


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


@pytest.fixture
async def resident(verifying: Gateway, card: VirtualCard, browser: httpx2.AsyncClient) -> Resident:
    """Registered by the card, and signed in."""
    visitor = Visitor(verifying, browser)
    assert went_on(await visitor.register(card))
    session = await visitor.session()
    assert session is not None
    found = await verifying.provider.residents.get(session.resident_id)
    assert found is not None
    return found


@pytest.fixture
async def agreed(verifying: Gateway, health: RelyingParty, resident: Resident) -> None:
    await verifying.consent(health.client, resident, f"{ALL_SCOPES} verified_claims")
