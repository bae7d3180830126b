"""A registration where a plugin links certificates: both are one person's, or nothing is bound."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from gateway.card.api import CertificateType, HolderAnswer, Predecessors
from gateway.residents.model import ResidentState
from gateway.residents.records import binding_reviews, certificates, residents
from gateway.virtual.card import VirtualCard
from tests.login.linking import Ledger, leave, long_number, resident_of, serial_of
from tests.login.visitor import Visitor, failure, read, went_on
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.log import count, log_text, logged
from tests.support.states import become
from tests.support.town import HANAKO, TARO, Town
from tests.support.untouched import nothing_changes

pytestmark = pytest.mark.anyio
COULD_NOT_ASK, OTHER_HOLDER = ("could_not_ask", 503), ("other_holder", 403)


@pytest.fixture
async def visitor(linked: Gateway) -> AsyncIterator[Visitor]:
    async with linked.browser() as browser:
        yield Visitor(linked, browser)


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock(), customise=long_number)


@pytest.fixture
def renewed(gateway: Gateway, town: Town, card: VirtualCard, ledger: Ledger) -> VirtualCard:
    """A new card: both certificates were renewed."""
    new = town.card(HANAKO, gateway.clock(), customise=long_number)
    ledger.renew_card(new, card)
    return new


async def test_two_certificates_of_one_person_register(
    linked: Gateway, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    assert went_on(await visitor.register(card))
    assert ledger.asked == [
        "same_holder",
        "predecessors authentication",
        "predecessors signature",
    ]
    (entry,) = await logged(linked)
    assert (entry.deed, "renewed" in entry.detail) == ("resident.registered", False)


async def test_two_peoples_certificates_are_refused_in_plain_words(
    linked: Gateway, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    ledger.holder = HolderAnswer.OTHER
    async with nothing_changes(linked):
        answer = await visitor.register(card)
    assert failure(answer) == OTHER_HOLDER
    page = read(answer).text
    assert "2つの証明書が、同じ方のものではありません" in page
    assert HANAKO.name not in page
    assert await visitor.session() is None
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail["reason"]) == ("resident.refused", "other_holder")
    assert last.resident is None
    assert ledger.asked == ["same_holder"]


@pytest.mark.parametrize(
    "answer",
    [HolderAnswer.UNKNOWN, None, True, "same", RuntimeError("花咲 花子"), TimeoutError()],
    ids=repr,
)
async def test_whatever_else_it_says_is_no_yes(
    linked: Gateway,
    visitor: Visitor,
    card: VirtualCard,
    ledger: Ledger,
    answer: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger.holder = answer
    async with nothing_changes(linked):
        assert failure(await visitor.register(card)) == COULD_NOT_ASK
    assert await visitor.session() is None
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail["reason"]) == ("resident.refused", "could_not_ask")
    assert "花咲" not in caplog.text + await log_text(linked)
    ledger.holder = HolderAnswer.SAME
    assert went_on(await visitor.register(card))


async def test_somebody_who_is_known_already_is_refused_too(
    linked: Gateway, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    await leave(visitor)
    ledger.holder = HolderAnswer.OTHER
    async with nothing_changes(linked):
        assert failure(await visitor.register(card)) == OTHER_HOLDER
    assert await visitor.session() is None


async def test_a_renewed_card_is_the_same_person_without_a_review(
    linked: Gateway, visitor: Visitor, card: VirtualCard, renewed: VirtualCard
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    await leave(visitor)
    assert went_on(await visitor.register(renewed))
    assert await resident_of(visitor) == resident_id
    assert await count(linked, residents) == 1
    assert await count(linked, certificates) == 4
    assert await count(linked, binding_reviews) == 0
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail) == (
        "resident.signed_in",
        {
            "purpose": "registration",
            "level": ACR_STRONG,
            "certificate": "signature",
            "renewed": "authentication signature",
        },
    )
    text = await log_text(linked)
    for key in (card.authentication, card.signature, renewed.authentication, renewed.signature):
        assert str(serial_of(key)) not in text


async def test_without_the_plugin_it_waits_for_an_operator(
    gateway: Gateway, card: VirtualCard, renewed: VirtualCard, ledger: Ledger
) -> None:
    async with gateway.browser() as browser:
        plain = Visitor(gateway, browser)
        await plain.register(card)
        await leave(plain)
        assert failure(await plain.register(renewed)) == ("waiting", 403)
    assert ledger.asked == []


async def test_of_certificates_that_are_bound_nobody_is_asked_what_they_were(
    visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    ledger.asked.clear()
    ledger.predecessors = Predecessors(known=False)
    assert went_on(await visitor.register(card))
    assert ledger.asked == ["same_holder"]


async def test_while_it_cannot_be_told_who_it_may_be_nobody_is_made(
    linked: Gateway, town: Town, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    await leave(visitor)
    ledger.predecessors = Predecessors(known=False)
    taro = town.card(TARO, linked.clock())
    async with nothing_changes(linked):
        assert failure(await visitor.register(taro)) == COULD_NOT_ASK
    assert await visitor.session() is None
    # Where an operator looks at it anyway, that is the answer as ever.
    again = town.card(HANAKO, linked.clock())
    assert failure(await visitor.register(again)) == ("waiting", 403)
    assert await count(linked, binding_reviews) == 1


@pytest.mark.parametrize("state", [ResidentState.SUSPENDED, ResidentState.DECEASED])
async def test_whoever_is_shut_out_does_not_come_in_with_a_renewed_card(
    linked: Gateway,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
    state: ResidentState,
) -> None:
    await visitor.register(card)
    await become(linked, await resident_of(visitor), state)
    await leave(visitor)
    async with nothing_changes(linked):
        assert failure(await visitor.register(renewed)) == ("suspended", 403)
        assert await visitor.session() is None


async def test_older_certificates_of_two_residents_are_a_question(
    linked: Gateway, town: Town, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    await leave(visitor)
    taro = town.card(TARO, linked.clock())
    await visitor.register(taro)
    await leave(visitor)
    new = town.card(TARO, linked.clock())
    ledger.renew(new.authentication, CertificateType.AUTHENTICATION, card.authentication)
    ledger.renew(new.signature, CertificateType.SIGNATURE, taro.signature)
    before = await count(linked, certificates)
    assert failure(await visitor.register(new)) == ("waiting", 403)
    assert await visitor.session() is None
    assert await count(linked, certificates) == before
    async with linked.provider.records.reading() as connection:
        causes = (await connection.execute(sa.select(binding_reviews.c.cause))).scalars().all()
    assert causes == ["two_residents"]
