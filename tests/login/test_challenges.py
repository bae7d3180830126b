"""A challenge is signed once, by this browser, for this purpose, in time."""

import pytest

from gateway.demo.browser import Form
from gateway.virtual.card import VirtualCard
from tests.login.visitor import OWN_FORM, Visitor, failure, handover, went_on
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.town import HANAKO, Town, signed_fields

pytestmark = pytest.mark.anyio
OVER = ("challenge_expired", 409)


@pytest.fixture
async def card(town: Town, gateway: Gateway, stranger: Visitor) -> VirtualCard:
    """Of a resident who registered before, elsewhere."""
    card = town.card(HANAKO, NOW)
    assert went_on(await stranger.register(card))
    return card


def answer_to(card: VirtualCard, form: Form) -> dict[str, str]:
    return signed_fields(card, form.fields, ISSUER)


async def test_an_answer_is_taken_once(card: VirtualCard, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = answer_to(card, form)
    assert went_on(await visitor.bring(form, answer))
    visitor.browser.cookies.delete("__Host-genkan_session")
    later = handover(await visitor.arrive(), "sign_in")
    assert failure(await visitor.bring(later, answer)) == OVER
    assert await visitor.session() is None


async def test_a_refused_answer_is_spent_as_well(card: VirtualCard, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    good = answer_to(card, form)
    wrong = {**good, "authentication_signature": "AAAA"}
    assert failure(await visitor.bring(form, wrong)) == ("signature_mismatch", 403)
    assert failure(await visitor.bring(form, good)) == OVER
    assert await visitor.session() is None


async def test_a_finished_sign_in_is_not_repeated(card: VirtualCard, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = answer_to(card, form)
    assert went_on(await visitor.bring(form, answer))
    assert (await visitor.carry(form, answer)).status_code == 400


async def test_a_challenge_of_another_browser_signs_nobody_in(
    card: VirtualCard, visitor: Visitor, gateway: Gateway
) -> None:
    async with gateway.browser() as other_browser:
        attacker = Visitor(gateway, other_browser)
        form = handover(await attacker.arrive(), "sign_in")
        await visitor.arrive()
        answer = answer_to(card, form)
        assert failure(await visitor.bring(form, answer)) == OVER
        assert await visitor.session() is None
        # Whoever brought it to the wrong browser has spent it.
        assert failure(await attacker.bring(form, answer)) == OVER


async def test_a_browser_that_keeps_no_cookies_is_told_so(
    card: VirtualCard, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = answer_to(card, form)
    visitor.browser.cookies.clear()
    assert failure(await visitor.bring(form, answer)) == OVER
    assert await visitor.session() is None


async def test_a_challenge_is_for_one_purpose(card: VirtualCard, visitor: Visitor) -> None:
    page = await visitor.arrive()
    sign_in, registration = handover(page, "sign_in"), handover(page, "registration")
    swapped = Form(sign_in.action, "post", {**registration.fields, "purpose": "registration"})
    swapped.fields["challenge"] = sign_in.fields["challenge"]
    swapped.fields["challenge_id"] = sign_in.fields["challenge_id"]
    assert failure(await visitor.bring(swapped, answer_to(card, swapped))) == OVER
    assert await visitor.session() is None


async def test_a_challenge_ends(card: VirtualCard, visitor: Visitor, gateway: Gateway) -> None:
    early = handover(await visitor.arrive(), "sign_in")
    late = handover(await visitor.arrive(), "sign_in")
    gateway.clock.forward(seconds=299)
    assert went_on(await visitor.bring(early, answer_to(card, early)))
    gateway.clock.forward(seconds=1)
    assert failure(await visitor.bring(late, answer_to(card, late))) == OVER


async def test_a_task_ends(card: VirtualCard, visitor: Visitor, gateway: Gateway) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    gateway.clock.forward(seconds=1_800)
    answer = await visitor.carry(form, answer_to(card, form))
    assert answer.status_code == 400
    assert "手続きの時間が過ぎました" in answer.text


async def test_an_unknown_challenge_is_over(card: VirtualCard, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    answer = {**answer_to(card, form), "challenge_id": "never-issued"}
    assert failure(await visitor.bring(form, answer)) == OVER


async def test_another_sites_form_signs_nobody_in(card: VirtualCard, visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    own = form.fields["return_to"].replace("/login/card/return", "/login/card")
    answer = answer_to(card, form)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        refused = await visitor.browser.post(own, data=answer, headers=headers)
        assert refused.status_code == 403
        assert "location" not in refused.headers
    assert await visitor.session() is None
    assert went_on(await visitor.browser.post(own, data=answer, headers=OWN_FORM))
