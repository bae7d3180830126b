"""One wrong thing on the card's side: its own page, no session, and the way on stays open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import VirtualCard
from gateway.virtual.keys import new_p384_key
from gateway.virtual.template import CertificateTemplate
from tests.login.visitor import RETURN_TO, Visitor, failure, handover, went_on
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.town import HANAKO, TARO, Town, signed_fields

pytestmark = pytest.mark.anyio


def as_it_is(town: Town, card: VirtualCard) -> VirtualCard:
    return card


def revoked(town: Town, card: VirtualCard) -> VirtualCard:
    town.revoke(card.authentication, x509.ReasonFlags.key_compromise, NOW)
    return card


def on_hold(town: Town, card: VirtualCard) -> VirtualCard:
    """JPKI never takes a hold back: it is final."""
    town.revoke(card.authentication, x509.ReasonFlags.certificate_hold, NOW)
    return card


def lists_are_stale(town: Town, card: VirtualCard) -> VirtualCard:
    past = NOW - timedelta(days=3)
    town.authority.write_crls(town.crl_folder, past, next_update=past + timedelta(days=1))
    return card


def lists_are_missing(town: Town, card: VirtualCard) -> VirtualCard:
    town.withdraw_lists()
    return card


def expired(town: Town, card: VirtualCard) -> VirtualCard:
    def end_yesterday(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, not_after=NOW - timedelta(days=1))

    return town.card(HANAKO, NOW, customise=end_yesterday)


def not_yet_valid(town: Town, card: VirtualCard) -> VirtualCard:
    def begin_tomorrow(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, not_before=NOW + timedelta(days=1))

    return town.card(HANAKO, NOW, customise=begin_tomorrow)


def of_another_authority(town: Town, card: VirtualCard) -> VirtualCard:
    stranger = DemoAuthority.create(NOW, new_key=new_p384_key)
    return town.card(HANAKO, NOW, authority=stranger)


def the_other_certificate(town: Town, card: VirtualCard) -> VirtualCard:
    assert card.signature is not None
    return replace(card, authentication=replace(card.signature, pin=card.authentication.pin))


def a_key_that_is_not_the_certificates(town: Town, card: VirtualCard) -> VirtualCard:
    other = town.card(TARO, NOW).authentication
    return replace(card, authentication=replace(card.authentication, private_key=other.private_key))


def not_der(town: Town, card: VirtualCard) -> VirtualCard:
    return replace(card, authentication=replace(card.authentication, certificate=b"\x30\x80\x00"))


def trailing_bytes(town: Town, card: VirtualCard) -> VirtualCard:
    longer = card.authentication.certificate + b"\x00"
    return replace(card, authentication=replace(card.authentication, certificate=longer))


Change = Callable[[Town, VirtualCard], VirtualCard]


@pytest.mark.parametrize(
    ("change", "page"),
    [
        (as_it_is, None),
        (revoked, ("revoked", 403)),
        (on_hold, ("revoked", 403)),
        (lists_are_stale, ("could_not_ask", 503)),
        (lists_are_missing, ("could_not_ask", 503)),
        (expired, ("expired", 403)),
        (not_yet_valid, ("not_yet_valid", 403)),
        (of_another_authority, ("not_a_card", 403)),
        (the_other_certificate, ("wrong_certificate", 403)),
        (a_key_that_is_not_the_certificates, ("signature_mismatch", 403)),
        (not_der, ("not_a_card", 403)),
        (trailing_bytes, ("not_a_card", 403)),
    ],
)
async def test_one_wrong_thing_has_its_own_page(
    change: Change, page: tuple[str, int] | None, gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    good = town.card(HANAKO, NOW)
    await visitor.register(good)
    visitor.browser.cookies.clear()
    answer = await visitor.sign_in(change(town, good))
    assert went_on(answer) is (page is None)
    if page is not None:
        assert failure(answer) == page
        assert "set-cookie" not in answer.headers
        assert await visitor.session() is None
        assert HANAKO.name not in answer.text
        assert "Traceback" not in answer.text


async def test_whoever_is_not_registered_is_led_to_registration_and_not_written_down(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, NOW)
    answer = await visitor.sign_in(card)
    assert failure(answer) == ("not_registered", 403)
    assert await visitor.session() is None
    assert went_on(await visitor.register(card))


@pytest.mark.parametrize(
    ("reason", "page", "next_page"),
    [
        (x509.ReasonFlags.affiliation_changed, "moved", "/login/reproof"),
        (x509.ReasonFlags.superseded, "revoked", RETURN_TO),
    ],
)
async def test_a_dead_signature_certificate_loses_neither_the_person_nor_the_sign_in(
    reason: x509.ReasonFlags,
    page: str,
    next_page: str,
    gateway: Gateway,
    town: Town,
    visitor: Visitor,
) -> None:
    card = town.card(HANAKO, NOW)
    await visitor.register(card)
    before = await visitor.session()
    town.revoke(card.signature, reason, NOW)
    assert failure(await visitor.register(card)) == (page, 403)
    answer = await visitor.sign_in(card)
    assert urlsplit(answer.headers["location"]).path == next_page
    after = await visitor.session()
    assert before is not None
    assert after is not None
    assert after.resident_id == before.resident_id


async def test_an_authentication_certificate_that_ended_is_never_said_to_be_a_move(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, NOW)
    town.revoke(card.authentication, x509.ReasonFlags.affiliation_changed, NOW)
    assert failure(await visitor.sign_in(card)) == ("revoked", 403)


async def test_a_signature_made_for_another_site_is_void_here(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, NOW)
    await visitor.register(card)
    visitor.browser.cookies.clear()
    form = handover(await visitor.arrive(), "sign_in")
    answer = signed_fields(card, form.fields, "https://id.example.test.evil.example")
    assert failure(await visitor.bring(form, answer)) == ("signature_mismatch", 403)
    assert await visitor.session() is None
    form = handover(await visitor.arrive(), "sign_in")
    assert went_on(await visitor.bring(form, signed_fields(card, form.fields, ISSUER)))


async def test_after_a_failure_the_same_task_goes_on(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, NOW)
    form = handover(await visitor.arrive(), "registration")
    broken = {**signed_fields(card, form.fields, ISSUER), "signature_signature": "AAAA"}
    page = await visitor.bring(form, broken)
    again = handover(await visitor.open(link(page.text, "/login?")), "registration")
    assert again.fields["challenge_id"] != form.fields["challenge_id"]
    assert went_on(await visitor.bring(again, signed_fields(card, again.fields, ISSUER)))


def link(text: str, beginning: str) -> str:
    target = text.partition(f'href="{beginning}')[2].partition('"')[0]
    return (beginning + target).replace("&amp;", "&")
