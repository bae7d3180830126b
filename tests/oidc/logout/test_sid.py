"""A sign-in has a name at each service: the same as long as it lasts, of no use to another."""

import httpx2
import pytest

from gateway.keys.hashing import KeyedHash
from gateway.oidc.logout.sid import sid_claim
from gateway.residents.model import Resident
from tests.login.visitor import Visitor, went_on
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, payload
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio


async def sid(service: RelyingParty, browser: httpx2.AsyncClient) -> str:
    found: str = payload((await service.tokens(browser))["id_token"])["sid"]
    return found


async def test_it_is_the_same_in_every_id_token_of_the_sign_in(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    first = await health.tokens(browser)
    name = payload(first["id_token"])["sid"]
    refreshed = (await health.refresh(first["refresh_token"])).json()
    assert payload(refreshed["id_token"])["sid"] == name
    assert await sid(health, browser) == name


async def test_two_services_cannot_tell_that_theirs_are_one(
    health: RelyingParty, points: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    assert await sid(health, browser) != await sid(points, browser)


async def test_another_browser_is_another_sign_in(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    async with gateway.browser() as other:
        await gateway.sign_in(other, resident)
        assert await sid(health, other) != await sid(health, browser)


async def test_it_stands_in_no_access_token(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    assert "sid" not in payload((await health.tokens(browser))["access_token"])


def test_without_a_browser_there_is_none() -> None:
    assert sid_claim(KeyedHash(b"k" * 32), None, "health") == {}


@pytest.fixture
def visitor(gateway: Gateway) -> Visitor:
    return Visitor(gateway, gateway.browser())


async def test_who_proves_themselves_again_goes_on_in_the_same_sign_in(
    gateway: Gateway, town: Town, visitor: Visitor, health: RelyingParty
) -> None:
    card = town.card(HANAKO, gateway.clock())
    assert went_on(await visitor.register(card))
    first = await visitor.session()
    assert first is not None
    gateway.clock.forward(seconds=60)
    assert went_on(await visitor.sign_in(card))
    again = await visitor.session()
    assert again is not None
    assert again.visit_id == first.visit_id == first.session_id
    assert again.session_id != first.session_id


async def test_who_comes_after_somebody_else_begins_one_of_their_own(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    await visitor.register(town.card(HANAKO, gateway.clock()))
    first = await visitor.session()
    await visitor.register(town.card(TARO, gateway.clock()))
    second = await visitor.session()
    assert first is not None
    assert second is not None
    assert second.visit_id == second.session_id != first.visit_id


async def test_a_sign_in_that_was_ended_from_elsewhere_does_not_go_on(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    first = await visitor.session()
    assert first is not None
    gateway.clock.forward(seconds=60)
    async with gateway.browser() as other:
        elsewhere = Visitor(gateway, other)
        await elsewhere.sign_in(card)
        gateway.clock.forward(seconds=60)
        await other.post("/logout/everywhere")
    gateway.clock.forward(seconds=60)
    assert went_on(await visitor.sign_in(card))
    again = await visitor.session()
    assert again is not None
    assert again.visit_id != first.visit_id
