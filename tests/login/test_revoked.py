"""At the door: what a card is refused for is learned, and what was learned refuses it."""

from datetime import timedelta

import pytest
from cryptography import x509

from gateway.residents.standing import AttributeStanding
from gateway.virtual.card import VirtualCard
from tests.login.visitor import Visitor, failure, went_on
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio
COMPROMISED, MOVED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.affiliation_changed
HOLD = x509.ReasonFlags.certificate_hold
LATER = timedelta(days=6)


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


async def revocations(gateway: Gateway) -> list[tuple[str, str]]:
    found = await logged(gateway, "certificate.revoked")
    return [(entry.detail["certificate"], entry.detail["reason"]) for entry in found]


async def test_a_refusal_is_learned_and_ends_what_other_browsers_have_open(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    assert went_on(await visitor.register(card))
    gateway.clock.forward(seconds=60)
    town.revoke(card.authentication, COMPROMISED, gateway.clock())
    for _ in range(2):
        assert failure(await stranger.sign_in(card)) == ("revoked", 403)
    assert await revocations(gateway) == [("authentication", "keyCompromise")]
    session = await visitor.session()
    assert session is not None
    given = gateway.provider.consents.given
    assert await given("health", session.resident_id, since=session.auth_time) is None
    assert await given("health", session.resident_id, since=gateway.clock()) is not None
    deeds = [entry.deed for entry in await logged(gateway)]
    assert deeds[1:] == ["certificate.revoked", "resident.refused", "resident.refused"]


async def test_a_dead_signature_certificate_is_learned_when_somebody_registers_with_it(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    assert went_on(await visitor.register(card))
    before = await visitor.session()
    assert before is not None
    town.revoke(card.signature, MOVED, gateway.clock())
    assert failure(await visitor.register(card)) == ("moved", 403)
    assert await revocations(gateway) == [("signature", "affiliationChanged")]
    standing = await gateway.provider.residents.standing(before.resident_id)
    assert standing is AttributeStanding.CHANGED
    assert await visitor.session() == before


async def test_a_card_of_nobody_who_is_known_teaches_nothing(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    town.revoke(card.authentication, COMPROMISED, gateway.clock())
    assert failure(await visitor.sign_in(card)) == ("revoked", 403)
    assert await revocations(gateway) == []


@pytest.mark.parametrize("reason", [COMPROMISED, HOLD])
async def test_evidence_that_says_good_again_opens_nothing(
    gateway: Gateway,
    town: Town,
    visitor: Visitor,
    stranger: Visitor,
    card: VirtualCard,
    reason: x509.ReasonFlags,
) -> None:
    """An older list, another source, a hold that a CA takes back against its own rules."""
    assert went_on(await visitor.register(card))
    now = gateway.clock()
    before = town.authority.crls(now + LATER)
    town.revoke(card.authentication, reason, gateway.clock())
    assert failure(await stranger.sign_in(card)) == ("revoked", 403)
    for name, content in before.items():
        (town.crl_folder / name).write_bytes(content)
    gateway.clock.now = now + LATER
    assert failure(await stranger.sign_in(card)) == ("revoked", 403)
    assert failure(await stranger.register(card)) == ("revoked", 403)
    assert await stranger.session() is None
    assert len(await revocations(gateway)) == 1
    other = town.card(TARO, gateway.clock())
    assert went_on(await stranger.register(other))


async def test_a_move_that_was_learned_is_still_told_as_one_where_evidence_says_good_again(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    assert went_on(await visitor.register(card))
    before = town.authority.crls(gateway.clock() + LATER)
    town.revoke(card.signature, MOVED, gateway.clock())
    assert failure(await stranger.register(card)) == ("moved", 403)
    for name, content in before.items():
        (town.crl_folder / name).write_bytes(content)
    gateway.clock.forward(seconds=LATER.total_seconds())
    assert failure(await stranger.register(card)) == ("moved", 403)
    assert len(await revocations(gateway)) == 1
