"""After a move one is asked for the new signature certificate, and never kept out without it."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.x509 import ReasonFlags

from gateway.demo.browser import Page
from gateway.residents.standing import AttributeStanding
from gateway.virtual.card import VirtualCard
from tests.login.visitor import (
    AGENT,
    OWN_FORM,
    RETURN_TO,
    Visitor,
    failure,
    handover,
    read,
    went_on,
)
from tests.support.gateway import ACR_STRONG, ACR_WEAK, ISSUER, Gateway
from tests.support.log import log_text, logged
from tests.support.moving import AFTER, move, renewed
from tests.support.town import HANAKO, TARO, Town, signed_fields

pytestmark = pytest.mark.anyio
OTHER_SITE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
async def card(gateway: Gateway, town: Town, visitor: Visitor) -> VirtualCard:
    """Of a resident who registered, and moved later."""
    card = town.card(HANAKO, gateway.clock())
    assert went_on(await visitor.register(card))
    gateway.clock.forward(days=30)
    town.publish(gateway.clock())
    await move(gateway, town, card)
    return card


def asked(answer: httpx2.Response) -> str:
    """The page of the re-proof, where the answer leads."""
    path: str = answer.headers["location"]
    assert (answer.status_code, urlsplit(path).path) == (303, "/login/reproof")
    return path


async def asked_for(visitor: Visitor, card: VirtualCard) -> Page:
    return await visitor.open(asked(await visitor.sign_in(card)))


async def go_on(
    visitor: Visitor, page: Page, headers: Mapping[str, str] = OWN_FORM
) -> httpx2.Response:
    fields = page.form("/login/reproof").fields
    return await visitor.browser.post("/login/reproof", data=fields, headers=headers)


async def standing(visitor: Visitor) -> AttributeStanding:
    session = await visitor.session()
    assert session is not None
    return await visitor.gateway.provider.residents.standing(session.resident_id)


async def test_whose_address_changed_is_signed_in_and_asked_before_going_on(
    visitor: Visitor, card: VirtualCard
) -> None:
    page = await asked_for(visitor, card)
    assert (page.status, "reproof" in page.marks) == (200, True)
    session = await visitor.session()
    assert session is not None
    assert session.acr == ACR_WEAK
    form = handover(page, "registration")
    assert form.action == f"{AGENT}/sign"
    assert urlsplit(form.fields["return_to"]).path == "/login/card/return"
    assert AFTER.address not in page.text
    assert HANAKO.name not in page.text


async def test_the_new_certificate_makes_them_current_and_leads_on(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    page = await asked_for(visitor, card)
    before = await visitor.session()
    form = handover(page, "registration")
    answer = signed_fields(renewed(gateway, town, card), form.fields, ISSUER)
    assert went_on(await visitor.bring(form, answer))
    after = await visitor.session()
    assert before is not None
    assert after is not None
    assert (after.resident_id, after.acr) == (before.resident_id, ACR_STRONG)
    assert await standing(visitor) is AttributeStanding.CURRENT
    attributes = await gateway.provider.residents.attributes(after.resident_id)
    assert attributes is not None
    assert attributes.address == AFTER.address
    assert went_on(await visitor.sign_in(card))


async def test_without_it_they_go_on_and_are_asked_again_next_time(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    page = await asked_for(visitor, card)
    assert went_on(await go_on(visitor, page))
    session = await visitor.session()
    assert session is not None
    assert await standing(visitor) is AttributeStanding.CHANGED
    (entry,) = await logged(gateway, "resident.reproof_postponed")
    assert entry.resident == gateway.provider.audit.pseudonym(session.resident_id)
    assert entry.origin.actor == "resident"
    assert session.resident_id not in await log_text(gateway)
    # The task is finished, and another visit begins another one.
    assert (await visitor.open(page.url)).status == 400
    assert (await go_on(visitor, page)).status_code == 400
    asked(await visitor.sign_in(card))


@pytest.mark.parametrize("outcome", ["cancelled", "no_signature_certificate"])
async def test_a_re_proof_that_was_not_done_leaves_both_ways_open(
    visitor: Visitor, card: VirtualCard, outcome: str
) -> None:
    form = handover(await asked_for(visitor, card), "registration")
    failed = await visitor.bring(form, {"outcome": outcome})
    assert failure(failed)[0] == outcome
    page = read(failed)
    assert f"{RETURN_TO}?cancelled=1" not in page.links
    again = await visitor.open(page.link("/login/reproof?"))
    assert "reproof" in again.marks
    assert went_on(await go_on(visitor, page))


async def test_the_former_certificate_is_refused_and_both_ways_stay_open(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    form = handover(await asked_for(visitor, card), "registration")
    refused = await visitor.bring(form, signed_fields(card, form.fields, ISSUER))
    assert failure(refused) == ("moved", 403)
    assert "引っ越しなどでお名前か住所が変わったため" in refused.text
    assert "サインインは続いています" in refused.text
    page = read(refused)
    again = handover(await visitor.open(page.link("/login/reproof?")), "registration")
    brought = signed_fields(renewed(gateway, town, card), again.fields, ISSUER)
    assert went_on(await visitor.bring(again, brought))
    assert await standing(visitor) is AttributeStanding.CURRENT


async def test_a_locked_card_cannot_try_again_and_still_goes_on(
    visitor: Visitor, card: VirtualCard
) -> None:
    form = handover(await asked_for(visitor, card), "registration")
    page = read(await visitor.bring(form, {"outcome": "locked", "tries_remaining": "0"}))
    assert not [link for link in page.links if link.startswith("/login")]
    assert went_on(await go_on(visitor, page))


async def test_a_stranger_s_new_certificate_waits_and_keeps_nobody_out(
    gateway: Gateway, town: Town, visitor: Visitor, card: VirtualCard
) -> None:
    """Another birth date beside a known authentication certificate: an operator decides."""
    form = handover(await asked_for(visitor, card), "registration")
    other = replace(card, signature=town.card(TARO, gateway.clock()).signature)
    refused = await visitor.bring(form, signed_fields(other, form.fields, ISSUER))
    assert failure(refused) == ("waiting", 403)
    assert await standing(visitor) is AttributeStanding.CHANGED
    assert went_on(await go_on(visitor, read(refused)))


async def test_without_a_session_the_former_certificate_leads_to_the_sign_in(
    visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    refused = await stranger.register(card)
    assert failure(refused) == ("moved", 403)
    page = read(refused)
    assert page.forms == []
    assert "4けたの暗証番号で、これまでどおりサインインできます" in page.text
    offer = await stranger.open(page.link("/login?"))
    form = handover(offer, "sign_in")
    asked(await stranger.bring(form, signed_fields(card, form.fields, ISSUER)))


async def test_the_page_is_for_the_browser_that_signed_in(
    gateway: Gateway, visitor: Visitor, stranger: Visitor, card: VirtualCard
) -> None:
    page = await asked_for(visitor, card)
    led = await stranger.browser.get(page.url)
    assert (led.status_code, urlsplit(led.headers["location"]).path) == (303, "/login")
    # Whoever goes on without a session is asked to sign in by what they go on to.
    assert went_on(await go_on(stranger, page))
    assert await stranger.session() is None
    assert await logged(gateway, "resident.reproof_postponed") == []


async def test_a_task_nobody_signed_in_for_has_no_such_page(
    visitor: Visitor, card: VirtualCard
) -> None:
    """They are signed in, by another task."""
    await go_on(visitor, await asked_for(visitor, card))
    await visitor.arrive()
    task = parse_qs(urlsplit((await visitor.arrive()).url).query)["task"][0]
    led = await visitor.browser.get("/login/reproof", params={"task": task})
    assert urlsplit(led.headers["location"]).path == "/login"


async def test_another_site_cannot_go_on_in_their_place(
    gateway: Gateway, visitor: Visitor, card: VirtualCard
) -> None:
    page = await asked_for(visitor, card)
    assert (await go_on(visitor, page, OTHER_SITE)).status_code == 403
    assert await logged(gateway, "resident.reproof_postponed") == []
    assert went_on(await go_on(visitor, page))


@pytest.mark.parametrize("path", ["/login/reproof", "/login/reproof?task=nobody"])
async def test_a_task_that_is_none_is_told(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    assert (page.status, page.forms) == (400, [])


async def test_forms_of_the_pages_end_at_the_agent_and_the_service_only(
    visitor: Visitor, card: VirtualCard
) -> None:
    path = asked(await visitor.sign_in(card))
    answer = await visitor.browser.get(path)
    allowed = f"form-action 'self' {AGENT} https://health.example.test"
    assert answer.headers["content-security-policy"].endswith(allowed)
    assert answer.headers["referrer-policy"] == "origin"
    assert answer.headers["cache-control"] == "no-store"
    form = handover(read(answer), "registration")
    failed = await visitor.bring(form, {"outcome": "cancelled"})
    assert failed.headers["content-security-policy"].endswith(allowed)


async def test_the_page_speaks_both_languages(visitor: Visitor, card: VirtualCard) -> None:
    path = asked(await visitor.sign_in(card))
    visitor.browser.headers["Accept-Language"] = "en"
    page = await visitor.open(path.replace("ui_locales=ja", "ui_locales=en"))
    assert '<html lang="en">' in page.text
    assert "You can go on to Health now." in page.text
    assert handover(page, "registration").fields["ui_locales"] == "en"


@pytest.mark.parametrize("reason", [ReasonFlags.superseded, ReasonFlags.key_compromise])
async def test_a_certificate_that_ended_otherwise_asks_for_nothing(
    gateway: Gateway, town: Town, visitor: Visitor, reason: ReasonFlags
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    await move(gateway, town, card, reason)
    assert went_on(await visitor.sign_in(card))
    assert await standing(visitor) is AttributeStanding.CURRENT
