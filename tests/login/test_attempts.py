"""Signatures that no card made are slowed down, for whoever brings them and nobody else."""

import httpx2
import pytest

from gateway.login.attempts import BROWSER
from gateway.virtual.card import VirtualCard
from gateway.virtual.keys import PrivateKey
from tests.login.visitor import Visitor, failure, handover, went_on
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.log import logged
from tests.support.town import HANAKO, TARO, Town, signed_fields

pytestmark = pytest.mark.anyio
FREE = BROWSER.backoff.free
MISMATCH = ("signature_mismatch", 403)
ATTACKER = "203.0.113.66"


@pytest.fixture
async def card(visitor: Visitor, town: Town, rsa_key: PrivateKey) -> VirtualCard:
    """Hanako's, who is registered."""
    card = town.card(HANAKO, NOW, key=rsa_key)
    await visitor.register(card)
    return card


async def forge(visitor: Visitor, card: VirtualCard, other: VirtualCard) -> httpx2.Response:
    """The certificate of one card with the signature of another."""
    form = handover(await visitor.arrive(), "sign_in")
    fields = signed_fields(card, form.fields, ISSUER)
    signature = signed_fields(other, form.fields, ISSUER)["authentication_signature"]
    return await visitor.bring(form, {**fields, "authentication_signature": signature})


async def test_after_a_few_forged_signatures_the_next_one_waits(
    gateway: Gateway, visitor: Visitor, town: Town, card: VirtualCard
) -> None:
    other = town.card(TARO, NOW)
    for _ in range(FREE + 1):
        assert failure(await forge(visitor, card, other)) == MISMATCH
    held = await forge(visitor, card, other)
    assert (held.status_code, held.headers["retry-after"]) == (429, "1")
    assert "少しお待ちください" in held.text
    found = await logged(gateway, "attempts.held")
    assert [one.detail["what"] for one in found] == ["card_of_browser", "card"]
    gateway.clock.forward(seconds=1)
    assert went_on(await visitor.sign_in(card))


async def test_whoever_shows_a_residents_certificate_elsewhere_does_not_hold_them(
    gateway: Gateway, visitor: Visitor, town: Town, card: VirtualCard
) -> None:
    other = town.card(TARO, NOW)
    async with gateway.browser(ATTACKER) as browser:
        attacker = Visitor(gateway, browser)
        for _ in range(FREE + 1):
            assert failure(await forge(attacker, card, other)) == MISMATCH
        assert (await forge(attacker, card, other)).status_code == 429
        # Not with another browser either: the certificate is known there.
        async with gateway.browser(ATTACKER) as fresh:
            assert (await forge(Visitor(gateway, fresh), card, other)).status_code == 429
            # And in a town hall, at the next counter, another resident goes on.
            assert went_on(await Visitor(gateway, fresh).register(other))
    assert went_on(await visitor.sign_in(card))


async def test_whoever_cannot_sign_in_with_a_real_card_waits_for_nothing(
    gateway: Gateway, visitor: Visitor, town: Town, card: VirtualCard
) -> None:
    """They are to be told what is the matter, however often they ask."""
    unknown = town.card(TARO, NOW)
    for _ in range(2 * FREE):
        assert failure(await visitor.sign_in(unknown)) == ("not_registered", 403)


async def test_a_held_answer_spends_no_challenge(
    gateway: Gateway, visitor: Visitor, town: Town, card: VirtualCard
) -> None:
    other = town.card(TARO, NOW)
    for _ in range(FREE + 1):
        await forge(visitor, card, other)
    form = handover(await visitor.arrive(), "sign_in")
    answer = signed_fields(card, form.fields, ISSUER)
    assert (await visitor.bring(form, answer)).status_code == 429
    gateway.clock.forward(seconds=1)
    assert went_on(await visitor.bring(form, answer))
