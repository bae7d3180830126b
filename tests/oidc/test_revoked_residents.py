"""Two lives, through the whole gateway: a new list arrives, and whoever was let in before is looked
at again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from gateway.assembly import make_sweep, make_verifier
from gateway.plugins import installed_plugins
from gateway.residents.standing import AttributeStanding
from gateway.virtual.card import VirtualCard
from gateway.virtual.person import Person
from tests.login.visitor import Visitor, went_on
from tests.support.counter import verify
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty, redirected
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio
COMPROMISED, MOVED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.affiliation_changed
REVOKED = "certificate.revoked"


@dataclass(slots=True)
class Signed:
    """Somebody who registered with a card, is signed in, and uses a service."""

    visitor: Visitor
    health: RelyingParty
    card: VirtualCard
    resident_id: str
    tokens: dict[str, Any]
    code: str

    async def is_signed_in(self) -> bool:
        answer = await self.health.authorize(self.visitor.browser)
        silent = redirected(await self.health.authorize(self.visitor.browser, prompt="none"))
        let_in = "code" in silent
        assert let_in or silent["error"] == "login_required"
        assert (urlsplit(answer.headers["location"]).path == "/login") is not let_in
        return let_in

    async def refreshed(self) -> tuple[int, str | None]:
        answer = await self.health.refresh(self.tokens["refresh_token"])
        return answer.status_code, answer.json().get("error")

    async def userinfo(self) -> int:
        answer = await self.health.call("GET", "/userinfo", self.tokens["access_token"])
        return answer.status_code


async def sign_up(visitor: Visitor, town: Town, health: RelyingParty, person: Person) -> Signed:
    gateway = visitor.gateway
    card = town.card(person, gateway.clock())
    assert went_on(await visitor.register(card))
    session = await visitor.session()
    assert session is not None
    resident = await gateway.provider.residents.get(session.resident_id)
    assert resident is not None
    await gateway.consent(health.client, resident)
    tokens = await health.tokens(visitor.browser)
    code = await health.code(visitor.browser)
    return Signed(visitor, health, card, resident.resident_id, tokens, code)


@pytest.fixture
async def hanako(gateway: Gateway, town: Town, health: RelyingParty) -> AsyncIterator[Signed]:
    async with gateway.browser() as browser:
        yield await sign_up(Visitor(gateway, browser), town, health, HANAKO)


@pytest.fixture
async def taro(gateway: Gateway, town: Town, health: RelyingParty) -> AsyncIterator[Signed]:
    async with gateway.browser() as browser:
        yield await sign_up(Visitor(gateway, browser), town, health, TARO)


async def sweep(gateway: Gateway) -> None:
    provider = gateway.provider
    await make_sweep(provider, make_verifier(provider.settings, installed_plugins())).once()


async def test_a_revoked_authentication_certificate_closes_everything_and_nobody_elses(
    gateway: Gateway, town: Town, hanako: Signed, taro: Signed
) -> None:
    await sweep(gateway)
    assert await hanako.is_signed_in()
    gateway.clock.forward(seconds=60)
    town.revoke(hanako.card.authentication, COMPROMISED, gateway.clock())
    assert await hanako.is_signed_in(), "the list is there, and nobody has looked yet"
    await sweep(gateway)
    assert not await hanako.is_signed_in()
    assert await hanako.refreshed() == (400, "invalid_grant")
    assert await hanako.userinfo() == 401
    answer = await hanako.health.redeem(hanako.code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert await taro.is_signed_in()
    assert (await taro.refreshed())[0] == 200
    assert await taro.userinfo() == 200


async def test_it_is_one_event_however_often_it_is_seen(
    gateway: Gateway, town: Town, hanako: Signed, taro: Signed
) -> None:
    gateway.clock.forward(seconds=60)
    town.revoke(hanako.card.authentication, COMPROMISED, gateway.clock())
    await sweep(gateway)
    await sweep(gateway)
    gateway.clock.forward(days=1)
    town.publish(gateway.clock())
    await sweep(gateway)
    assert not went_on(await hanako.visitor.sign_in(hanako.card))
    (entry,) = await logged(gateway, REVOKED)
    assert entry.resident == gateway.provider.audit.pseudonym(hanako.resident_id)
    assert entry.detail == {"certificate": "authentication", "reason": "keyCompromise"}


async def test_a_new_card_opens_a_session_that_stays(
    gateway: Gateway, town: Town, hanako: Signed
) -> None:
    gateway.clock.forward(seconds=60)
    town.revoke(hanako.card.authentication, COMPROMISED, gateway.clock())
    await sweep(gateway)
    gateway.clock.forward(seconds=60)
    assert hanako.card.signature is not None
    renewed = replace(hanako.card, authentication=town.card(HANAKO, gateway.clock()).authentication)
    assert went_on(await hanako.visitor.register(renewed))
    await sweep(gateway)
    assert await hanako.is_signed_in()
    assert await hanako.userinfo() == 401, "the old token stays dead"


async def test_a_move_ends_nothing_but_the_address_and_the_next_certificate_mends_it(
    gateway: Gateway, town: Town, hanako: Signed
) -> None:
    residents = gateway.provider.residents
    gateway.clock.forward(seconds=60)
    town.revoke(hanako.card.signature, MOVED, gateway.clock())
    await sweep(gateway)
    assert await residents.standing(hanako.resident_id) is AttributeStanding.CHANGED
    assert await hanako.is_signed_in()
    assert (await hanako.refreshed())[0] == 200
    assert await hanako.userinfo() == 200
    (entry,) = await logged(gateway, REVOKED)
    assert entry.detail == {"certificate": "signature", "reason": "affiliationChanged"}
    moved = replace(HANAKO, address="花園県花咲町菊野５番地")
    gateway.clock.forward(seconds=60)
    card = replace(hanako.card, signature=town.card(moved, gateway.clock()).signature)
    assert went_on(await hanako.visitor.register(card))
    await sweep(gateway)
    assert await residents.standing(hanako.resident_id) is AttributeStanding.CURRENT
    known = await residents.attributes(hanako.resident_id)
    assert known is not None
    assert known.address == moved.address


async def test_a_reader_that_is_told_no_is_how_the_gateway_learns_it(
    gateway: Gateway, town: Town, hanako: Signed
) -> None:
    reader = RelyingParty(gateway, await gateway.reader())
    assert (await verify(reader, hanako.card)).json()["outcome"] == "accepted"
    gateway.clock.forward(seconds=60)
    town.revoke(hanako.card.authentication, COMPROMISED, gateway.clock())
    assert (await verify(reader, hanako.card)).json()["outcome"] == "refused"
    assert not await hanako.is_signed_in()
    assert len(await logged(gateway, REVOKED)) == 1
