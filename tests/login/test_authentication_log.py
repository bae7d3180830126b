"""Every visit with the card is in the log before it has an effect; without the log it has none."""

from dataclasses import replace

import httpx2
import pytest
from cryptography.x509 import ReasonFlags

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.login.answer import DECLINED
from gateway.residents.records import basic_attributes, certificates, residents
from gateway.virtual.card import VirtualCard
from tests.login.visitor import Visitor, failure, handover, went_on
from tests.support.gateway import ACR_STRONG, ACR_WEAK, ISSUER, NOW, Gateway
from tests.support.log import break_log, count, logged
from tests.support.town import HANAKO, TARO, Town, signed_fields

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(town: Town) -> VirtualCard:
    return town.card(HANAKO, NOW)


def origin(answer: httpx2.Response) -> Origin:
    return Origin("resident", "127.0.0.1", answer.headers["x-request-id"])


async def pseudonym(visitor: Visitor) -> str:
    session = await visitor.session()
    assert session is not None
    return visitor.gateway.provider.audit.pseudonym(session.resident_id)


async def refusal(gateway: Gateway) -> tuple[str, dict[str, str]]:
    """The last entry, which has to be of a refusal: whose it is, and why."""
    last = (await logged(gateway))[-1]
    assert (last.kind, last.deed) == (LogKind.AUTHENTICATION, "resident.refused")
    assert last.outcome is Outcome.REFUSED
    assert (last.origin.actor, last.origin.address) == ("resident", "127.0.0.1")
    detail = {name: value for name, value in last.detail.items() if name != "verification_id"}
    return last.resident or "nobody", detail


async def test_a_registration_is_one_entry(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    answer = await visitor.register(card)
    assert went_on(answer)
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "resident.registered",
            Outcome.DONE,
            origin(answer),
            resident=await pseudonym(visitor),
            detail={"purpose": "registration", "level": ACR_STRONG, "certificate": "signature"},
        )
    ]


async def test_a_sign_in_is_one_entry(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    answer = await stranger.sign_in(card)
    assert went_on(answer)
    assert (await logged(gateway))[1:] == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "resident.signed_in",
            Outcome.DONE,
            origin(answer),
            resident=await pseudonym(visitor),
            detail={"purpose": "sign_in", "level": ACR_WEAK, "certificate": "authentication"},
        )
    ]


async def test_who_registers_again_has_signed_in(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    await visitor.register(card)
    first, second = await logged(gateway)
    assert (first.deed, second.deed) == ("resident.registered", "resident.signed_in")
    assert first.resident == second.resident
    assert second.detail["level"] == ACR_STRONG


async def test_who_waits_is_refused_under_their_own_pseudonym(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    known = await pseudonym(visitor)
    second = town.card(HANAKO, NOW)
    assert failure(await visitor.register(second)) == ("waiting", 403)
    waiting, detail = await refusal(gateway)
    assert detail == {"purpose": "registration", "reason": "waiting"}
    assert failure(await visitor.sign_in(second)) == ("waiting", 403)
    again, detail = await refusal(gateway)
    assert detail == {"purpose": "sign_in", "reason": "waiting", "certificate": "authentication"}
    assert waiting == again
    assert waiting not in (known, "nobody")


async def test_a_card_nobody_registered_is_refused(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.sign_in(card)
    assert await refusal(gateway) == (
        "nobody",
        {"purpose": "sign_in", "reason": "not_registered", "certificate": "authentication"},
    )


async def test_a_refused_certificate_is_told_in_the_card_rooms_words(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    town.revoke(card.signature, ReasonFlags.affiliation_changed, NOW)
    assert failure(await visitor.register(card)) == ("moved", 403)
    _, detail = await refusal(gateway)
    assert detail == {"purpose": "registration", "reason": "revoked", "certificate": "signature"}
    town.withdraw_lists()
    assert failure(await visitor.sign_in(card)) == ("could_not_ask", 503)
    _, detail = await refusal(gateway)
    assert detail["reason"] == "status_unknown"


async def test_a_wrong_signature_is_refused(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = signed_fields(card, form.fields, ISSUER)
    await visitor.bring(form, {**answer, "authentication_signature": "AAAA"})
    _, detail = await refusal(gateway)
    assert (detail["reason"], detail["certificate"]) == ("signature_mismatch", "authentication")


async def test_a_spent_challenge_is_refused(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = signed_fields(card, form.fields, ISSUER)
    await visitor.bring(form, answer)
    for late in (visitor, stranger):  # the second one's browser was never here
        assert failure(await late.bring(form, answer)) == ("challenge_expired", 409)
        _, detail = await refusal(gateway)
        assert detail == {"purpose": "sign_in", "reason": "challenge_expired"}


@pytest.mark.parametrize("outcome", DECLINED)
async def test_what_the_agent_says_instead_of_signing_is_a_refusal(
    gateway: Gateway, visitor: Visitor, outcome: str
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    assert failure(await visitor.bring(form, {"outcome": outcome}))[0] == outcome
    assert await refusal(gateway) == ("nobody", {"purpose": "sign_in", "reason": outcome})


async def test_a_registration_that_changes_nothing_is_refused_in_the_log_as_well(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    await visitor.register(town.card(TARO, NOW))
    taro = await pseudonym(visitor)
    both = replace(card, signature=town.card(TARO, NOW).signature)
    assert failure(await visitor.register(both)) == ("waiting", 403)
    whose, detail = await refusal(gateway)
    assert detail["reason"] == "waiting"
    assert whose != taro


async def test_without_the_log_nobody_is_registered(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    await break_log(gateway)
    answer = await visitor.register(card)
    assert (answer.status_code, "location" in answer.headers) == (500, False)
    assert await visitor.session() is None
    for table in (residents, certificates, basic_attributes):
        assert await count(gateway, table) == 0


async def test_without_the_log_nobody_is_signed_in(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    await visitor.register(card)
    await break_log(gateway)
    answer = await stranger.sign_in(card)
    assert (answer.status_code, "location" in answer.headers) == (500, False)
    assert "genkan_session" not in answer.headers.get("set-cookie", "")
    assert await stranger.session() is None


async def test_without_the_log_nobody_is_told_why(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    await break_log(gateway)
    answer = await visitor.sign_in(card)
    assert failure(answer) == (None, 500)
    assert await visitor.session() is None
