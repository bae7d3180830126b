"""A renewed authentication certificate signs in as the one before it, where a plugin says so."""

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest
from cryptography.x509 import ReasonFlags

from gateway.card.api import CertificateIdentity, CertificateType, HolderAnswer, Predecessors
from gateway.residents.model import ResidentState
from gateway.residents.records import certificates
from gateway.virtual.card import VirtualCard
from tests.login.linking import Ledger, identity_of, leave, long_number, resident_of, serial_of
from tests.login.visitor import Visitor, failure, went_on
from tests.support.gateway import ACR_WEAK, Gateway
from tests.support.log import break_log, count, log_text, logged
from tests.support.relying_party import RelyingParty, payload
from tests.support.states import become
from tests.support.town import HANAKO, TARO, Town
from tests.support.untouched import nothing_changes

pytestmark = pytest.mark.anyio
AUTH = CertificateType.AUTHENTICATION
NOT_REGISTERED, COULD_NOT_ASK = ("not_registered", 403), ("could_not_ask", 503)


@pytest.fixture
async def visitor(linked: Gateway) -> AsyncIterator[Visitor]:
    async with linked.browser() as browser:
        yield Visitor(linked, browser)


@pytest.fixture
async def plain(gateway: Gateway) -> AsyncIterator[Visitor]:
    """Where no plugin is named."""
    async with gateway.browser() as browser:
        yield Visitor(gateway, browser)


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock(), customise=long_number)


@pytest.fixture
def renewed(gateway: Gateway, town: Town, card: VirtualCard, ledger: Ledger) -> VirtualCard:
    """The same card, its authentication certificate renewed at the town hall."""
    new = town.card(HANAKO, gateway.clock(), customise=long_number).authentication
    ledger.renew(new, AUTH, card.authentication)
    return replace(card, authentication=new)


async def test_it_signs_in_with_the_same_sub_and_local_id_and_no_operator(
    linked: Gateway,
    town: Town,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
) -> None:
    health = RelyingParty(linked, await linked.service("health"))
    assert went_on(await visitor.register(card))
    resident = await linked.provider.residents.get(await resident_of(visitor))
    assert resident is not None
    await linked.consent(health.client, resident)
    tokens = await health.tokens(visitor.browser)
    await health.call("PUT", "/link", tokens["access_token"], json={"local_id": "H-1"})
    first = payload((await health.tokens(visitor.browser))["id_token"])
    await leave(visitor)

    town.revoke(card.authentication, ReasonFlags.superseded, linked.clock())
    assert failure(await visitor.sign_in(card)) == ("revoked", 403)
    linked.clock.forward(seconds=1)
    assert went_on(await visitor.sign_in(renewed))
    session = await visitor.session()
    assert session is not None
    assert (session.resident_id, session.acr) == (resident.resident_id, ACR_WEAK)
    # The consent stands too: nobody is asked again on the way to the tokens.
    again = payload((await health.tokens(visitor.browser))["id_token"])
    assert (again["sub"], again["local_id"]) == (first["sub"], "H-1")
    assert first["local_id"] == "H-1"


async def test_the_log_tells_that_it_was_renewed_and_no_number(
    linked: Gateway, visitor: Visitor, card: VirtualCard, renewed: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    await leave(visitor)
    await visitor.sign_in(renewed)
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail) == (
        "resident.signed_in",
        {
            "purpose": "sign_in",
            "level": ACR_WEAK,
            "certificate": "authentication",
            "renewed": "authentication",
        },
    )
    assert last.resident == linked.provider.audit.pseudonym(await resident_of(visitor))
    await leave(visitor)
    ledger.asked.clear()
    assert went_on(await visitor.sign_in(renewed))
    assert "renewed" not in (await logged(linked))[-1].detail
    assert ledger.asked == []
    text = await log_text(linked)
    for key in (card.authentication, card.signature, renewed.authentication):
        assert str(serial_of(key)) not in text


async def test_twice_renewed_between_two_visits(
    linked: Gateway,
    town: Town,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
    ledger: Ledger,
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    third = replace(card, authentication=town.card(HANAKO, linked.clock()).authentication)
    ledger.renew(third.authentication, AUTH, renewed.authentication, card.authentication)
    await leave(visitor)
    assert went_on(await visitor.sign_in(third))
    assert await resident_of(visitor) == resident_id


async def test_ten_visits_at_once_bind_it_once(
    linked: Gateway, visitor: Visitor, card: VirtualCard, renewed: VirtualCard
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    found: list[str] = []

    async def visit() -> None:
        async with linked.browser() as browser:
            one = Visitor(linked, browser)
            assert went_on(await one.sign_in(renewed))
            found.append(await resident_of(one))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(visit)
    assert found == [resident_id] * 10
    entries = await logged(linked, "resident.signed_in")
    assert [entry.detail.get("renewed") for entry in entries].count("authentication") == 1


async def test_without_the_plugin_it_is_not_registered(
    gateway: Gateway, plain: Visitor, card: VirtualCard, renewed: VirtualCard, ledger: Ledger
) -> None:
    await plain.register(card)
    await leave(plain)
    async with nothing_changes(gateway):
        assert failure(await plain.sign_in(renewed)) == NOT_REGISTERED
    assert ledger.asked == []
    assert await plain.session() is None


@pytest.mark.parametrize(
    "answer",
    [
        Predecessors(known=False),
        RuntimeError("987654321 of 花咲 花子"),
        TimeoutError(),
        (),
        True,
        HolderAnswer.SAME,
        HolderAnswer.OTHER,
        HolderAnswer.UNKNOWN,
        Predecessors(known=True, identities=("jpki-auth:1",)),  # type: ignore[arg-type]
    ],
    ids=repr,
)
async def test_an_answer_that_tells_nothing_is_not_taken_for_none(
    linked: Gateway,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
    ledger: Ledger,
    answer: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await visitor.register(card)
    await leave(visitor)
    ledger.predecessors = answer
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(renewed)) == COULD_NOT_ASK
    assert await visitor.session() is None
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail["reason"]) == ("resident.refused", "could_not_ask")
    assert "987654321" not in caplog.text + await log_text(linked)
    ledger.predecessors = None
    assert went_on(await visitor.sign_in(renewed))


async def test_a_first_certificate_is_nobodys(
    linked: Gateway, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(card)) == NOT_REGISTERED
    assert ledger.asked == ["predecessors authentication"]


async def test_the_same_number_in_another_anchor_set_or_of_the_other_type_does_not_count(
    linked: Gateway, town: Town, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(card)
    await leave(visitor)
    taro = town.card(TARO, linked.clock())
    number = serial_of(card.authentication)
    ledger.older[identity_of(taro.authentication, AUTH)] = (
        CertificateIdentity("another-scheme", number),
        CertificateIdentity("jpki-sign", number),
    )
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(taro)) == NOT_REGISTERED


@pytest.mark.parametrize("state", [ResidentState.SUSPENDED, ResidentState.DECEASED])
async def test_whoever_is_shut_out_is_not_let_in(
    linked: Gateway,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
    state: ResidentState,
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    await become(linked, resident_id, state)
    await leave(visitor)
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(renewed)) == ("suspended", 403)
    assert await visitor.session() is None
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail["reason"]) == ("resident.refused", "suspended")
    assert last.resident == linked.provider.audit.pseudonym(resident_id)


async def test_somebody_destroyed_is_not_registered(
    linked: Gateway, visitor: Visitor, card: VirtualCard, renewed: VirtualCard
) -> None:
    await visitor.register(card)
    await become(linked, await resident_of(visitor), ResidentState.DELETED)
    await leave(visitor)
    assert failure(await visitor.sign_in(renewed)) == NOT_REGISTERED


async def test_whoever_waits_goes_on_waiting(
    linked: Gateway, town: Town, visitor: Visitor, card: VirtualCard, ledger: Ledger
) -> None:
    await visitor.register(town.card(HANAKO, linked.clock()))
    await leave(visitor)
    assert failure(await visitor.register(card)) == ("waiting", 403)
    new = replace(card, authentication=town.card(HANAKO, linked.clock()).authentication)
    ledger.renew(new.authentication, AUTH, card.authentication)
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(new)) == ("waiting", 403)


async def test_a_revoked_certificate_is_refused_before_anybody_is_asked(
    linked: Gateway,
    town: Town,
    visitor: Visitor,
    card: VirtualCard,
    renewed: VirtualCard,
    ledger: Ledger,
) -> None:
    await visitor.register(card)
    await leave(visitor)
    ledger.asked.clear()
    town.revoke(renewed.authentication, ReasonFlags.key_compromise, linked.clock())
    assert failure(await visitor.sign_in(renewed)) == ("revoked", 403)
    assert ledger.asked == []


async def test_without_the_log_nothing_is_bound(
    linked: Gateway, visitor: Visitor, card: VirtualCard, renewed: VirtualCard
) -> None:
    await visitor.register(card)
    await leave(visitor)
    await break_log(linked)
    assert (await visitor.sign_in(renewed)).status_code == 500
    assert await visitor.session() is None
    assert await count(linked, certificates) == 2
