"""Somebody an operator has shut out: a good card opens nothing, and a page says whom to ask."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from gateway.residents.model import ResidentState, ReviewDecision
from gateway.residents.records import binding_reviews, certificates, residents
from gateway.residents.reviews import decide_review
from gateway.virtual.card import VirtualCard
from tests.login.visitor import Visitor, failure, read, went_on
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.states import become
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
KEPT_OUT = ("suspended", 403)


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


async def resident_of(visitor: Visitor) -> str:
    session = await visitor.session()
    assert session is not None
    return session.resident_id


async def rows(gateway: Gateway, table: sa.Table) -> list[tuple[object, ...]]:
    async with gateway.provider.records.reading() as connection:
        return [tuple(row) for row in await connection.execute(sa.select(table))]


@pytest.mark.parametrize("state", [ResidentState.SUSPENDED, ResidentState.DECEASED])
async def test_the_card_neither_signs_in_nor_registers(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard, state: ResidentState
) -> None:
    await visitor.register(card)
    await become(gateway, await resident_of(visitor), state)
    before = [await rows(gateway, table) for table in (residents, certificates, binding_reviews)]
    assert failure(await stranger.sign_in(card)) == KEPT_OUT
    assert failure(await stranger.register(card)) == KEPT_OUT
    assert await stranger.session() is None
    after = [await rows(gateway, table) for table in (residents, certificates, binding_reviews)]
    assert after == before
    for entry in (await logged(gateway))[-2:]:
        assert (entry.deed, entry.detail["reason"]) == ("resident.refused", "suspended")
        assert entry.resident is not None


async def test_a_renewed_signature_certificate_is_no_way_around(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    await become(gateway, await resident_of(visitor), ResidentState.SUSPENDED)
    before = await rows(gateway, certificates)
    moved = replace(HANAKO, address="花園県花咲町菊野５番地")
    renewed = replace(card, signature=town.card(moved, gateway.clock()).signature)
    assert failure(await visitor.register(renewed)) == KEPT_OUT
    assert await rows(gateway, certificates) == before


async def test_a_new_card_of_somebody_suspended_waits_for_an_operator(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    await become(gateway, await resident_of(visitor), ResidentState.SUSPENDED)
    assert failure(await visitor.register(town.card(HANAKO, gateway.clock()))) == ("waiting", 403)


async def test_let_in_again_the_card_opens(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    await become(gateway, resident_id, ResidentState.SUSPENDED)
    await become(gateway, resident_id, ResidentState.ACTIVE)
    assert went_on(await stranger.sign_in(card))
    assert await resident_of(stranger) == resident_id


async def test_whoever_asked_to_be_deleted_is_somebody_new(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    before = await resident_of(visitor)
    await become(gateway, before, ResidentState.DELETED)
    assert failure(await stranger.sign_in(card)) == ("not_registered", 403)
    assert went_on(await stranger.register(card))
    assert await resident_of(stranger) != before


async def test_a_card_that_was_turned_away_stays_out(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    second = town.card(HANAKO, gateway.clock())
    assert failure(await stranger.register(second)) == ("waiting", 403)
    async with gateway.provider.records.writing() as connection:
        review_id = (await connection.execute(sa.select(binding_reviews.c.review_id))).scalar_one()
        await decide_review(
            connection, review_id, ReviewDecision.REFUSED, "operator", gateway.clock()
        )
    assert failure(await stranger.sign_in(second)) == KEPT_OUT
    assert failure(await stranger.register(second)) == KEPT_OUT
    assert len(await rows(gateway, binding_reviews)) == 1
    assert went_on(await visitor.sign_in(card))


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_page_says_whom_to_ask_and_nothing_of_death(
    gateway: Gateway, visitor: Visitor, card: VirtualCard, language: str
) -> None:
    await visitor.register(card)
    await become(gateway, await resident_of(visitor), ResidentState.DECEASED)
    visitor.browser.headers["accept-language"] = language
    page = read(await visitor.sign_in(card))
    assert {"ja": "窓口", "en": "counter"}[language] in page.text
    for word in ("死亡", "亡くな", "deceased", "dead", "died"):
        assert word not in page.text
    assert 'href="/login?' not in page.text  # another try would end here again
