"""A sign-in that ends without its resident's doing is told to the services all the same."""

import httpx2
import pytest
from cryptography import x509

from gateway.assembly import make_sweep, make_verifier
from gateway.plugins import installed_plugins
from gateway.residents.model import Resident
from gateway.tenants.model import Client
from tests.login.visitor import Visitor, went_on
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.logout_receiver import LogoutReceiver, nobody_waits, waiting
from tests.support.relying_party import RelyingParty, payload
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio


async def revoke(gateway: Gateway, resident: Resident) -> None:
    """As the operators' door does it, whatever the change is."""
    async with gateway.provider.records.writing() as connection:
        await gateway.provider.sign_out.grants.revoke_of_resident(
            connection, resident.resident_id, gateway.clock()
        )


async def test_an_operator_who_stops_a_resident_ends_it_everywhere(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    sub = payload((await health.tokens(browser))["id_token"])["sub"]
    await revoke(gateway, resident)
    assert await waiting(gateway) == 1
    await gateway.provider.sign_out.once()
    (claims,) = map(payload, at_health.tokens)
    assert (claims["sub"], "sid" in claims) == (sub, False)


async def test_who_was_told_is_not_told_again(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    await health.tokens(browser)
    await revoke(gateway, resident)
    await revoke(gateway, resident)
    async with gateway.provider.records.writing() as connection:
        grants = gateway.provider.sign_out.grants
        assert await grants.delete_of_resident(connection, resident.resident_id) == 1
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1


async def test_a_resident_who_is_destroyed_leaves_nothing_of_theirs_behind(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    await health.tokens(browser)
    async with gateway.provider.records.writing() as connection:
        grants = gateway.provider.sign_out.grants
        await grants.delete_of_resident(connection, resident.resident_id)
    assert await waiting(gateway) == 1
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1
    assert await waiting(gateway) == 0


async def test_services_that_are_destroyed_have_nobody_to_be_told(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    await health.tokens(browser)
    await revoke(gateway, resident)
    async with gateway.provider.records.writing() as connection:
        await gateway.provider.sign_out.grants.delete_of_clients(connection, ["health"])
    assert await waiting(gateway) == 0


@pytest.fixture
def visitor(gateway: Gateway) -> Visitor:
    return Visitor(gateway, gateway.browser())


async def use(visitor: Visitor, service: RelyingParty) -> None:
    session = await visitor.session()
    assert session is not None
    client: Client = service.client
    await visitor.gateway.provider.consents.give(
        client.client_id,
        session.resident_id,
        ["openid", "profile", "address", "birthdate", "gender", "offline_access", "link"],
        visitor.gateway.clock(),
    )
    await service.tokens(visitor.browser)


async def test_a_certificate_that_is_revoked_ends_it(
    gateway: Gateway,
    town: Town,
    visitor: Visitor,
    health: RelyingParty,
    at_health: LogoutReceiver,
) -> None:
    card = town.card(HANAKO, gateway.clock())
    assert went_on(await visitor.register(card))
    await use(visitor, health)
    gateway.clock.forward(minutes=1)
    town.revoke(card.authentication, x509.ReasonFlags.key_compromise, gateway.clock())
    verifier = make_verifier(gateway.provider.settings, installed_plugins())
    await make_sweep(gateway.provider, verifier).once()
    assert await waiting(gateway) == 1
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1


async def test_another_resident_at_the_same_browser_ends_the_firsts(
    gateway: Gateway,
    town: Town,
    visitor: Visitor,
    health: RelyingParty,
    at_health: LogoutReceiver,
) -> None:
    await visitor.register(town.card(HANAKO, gateway.clock()))
    first = await visitor.session()
    await use(visitor, health)
    await visitor.register(town.card(TARO, gateway.clock()))
    await nobody_waits(gateway)
    assert len(at_health.tokens) == 1
    assert first is not None
    (entry,) = await logged(gateway, "resident.signed_out")
    assert entry.resident == gateway.provider.audit.pseudonym(first.resident_id)


async def test_a_session_planted_in_somebodys_browser_is_not_what_they_get(
    gateway: Gateway, town: Town, visitor: Visitor, health: RelyingParty
) -> None:
    """Session fixation: the planter's own sign-in is over, and holds nothing of the victim's."""
    async with gateway.browser() as planters:
        planter = Visitor(gateway, planters)
        await planter.register(town.card(TARO, gateway.clock()))
        for cookie in planters.cookies.jar:
            visitor.browser.cookies.set(cookie.name, cookie.value or "", domain="id.example.test")
        assert went_on(await visitor.register(town.card(HANAKO, gateway.clock())))
        victims = await visitor.session()
        assert await planter.session() is None
    assert victims is not None
    assert victims.first_id is None


async def test_somebody_who_proves_themselves_again_loses_nothing(
    gateway: Gateway,
    town: Town,
    visitor: Visitor,
    health: RelyingParty,
    at_health: LogoutReceiver,
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    await use(visitor, health)
    gateway.clock.forward(minutes=1)
    await visitor.sign_in(card)
    assert at_health.tokens == []
    answer = await visitor.browser.post("/logout", data={"confirmed": "yes"})
    assert answer.status_code == 200
    await nobody_waits(gateway)
    assert len(at_health.tokens) == 1  # of what it got before they did
