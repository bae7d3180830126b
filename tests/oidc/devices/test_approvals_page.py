"""The page of what counters ask: who, what for, and words to compare with the counter's screen."""

import pytest

from tests.oidc.devices.parts import AtHome, Counter, error_of
from tests.oidc.devices.waiting_list import only_question, questions
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio


async def test_where_nothing_waits_it_says_so(hanako: AtHome) -> None:
    page = (await hanako.browser.get("/approvals")).text
    assert "あなたの確認を待っているものはありません" in page
    assert 'name="decision"' not in page


async def test_it_says_who_asks_for_what_and_shows_the_words_to_compare(
    counter: Counter, hanako: AtHome
) -> None:
    await counter.ask(scope="openid address", binding_message="青-42")
    page = (await hanako.browser.get("/approvals")).text
    for words in ("健康アプリ", "健診のご案内", "住所", "2026/11/21 18:00"):
        assert words in page
    assert '<p class="shown-code">青-42</p>' in page
    assert page.count('class="button-secondary"') == 2
    english = (await hanako.browser.get("/approvals?lang=en")).text
    for words in ("Health", "Your address", "青-42"):
        assert words in english


async def test_a_message_is_text(counter: Counter, hanako: AtHome) -> None:
    await counter.ask(binding_message="<b>1&2</b>")
    page = (await hanako.browser.get("/approvals")).text
    assert "&lt;b&gt;1&amp;2&lt;/b&gt;" in page
    assert "<b>" not in page


async def test_a_request_without_words_to_compare_says_so(counter: Counter, hanako: AtHome) -> None:
    await counter.ask()
    assert "見くらべる言葉は付いていません" in (await hanako.browser.get("/approvals")).text


async def test_the_oldest_comes_first_and_each_is_answered_apart(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await counter.ask(binding_message="one")
    first = dict(counter.answer)
    gateway.clock.forward(seconds=1)
    await counter.ask(binding_message="two")
    page = (await hanako.browser.get("/approvals")).text
    assert page.index("one") < page.index("two")
    path, _ = await questions(hanako)
    await hanako.decide(path, "decline")
    assert error_of(await counter.poll()) == (400, "authorization_pending")
    assert error_of(await counter.poll(**first)) == (400, "access_denied")


async def test_whoever_is_not_signed_in_signs_in_with_the_card_and_comes_back(
    gateway: Gateway,
) -> None:
    async with gateway.browser() as browser:
        asked = await browser.get("/approvals")
        assert asked.headers["location"].startswith("/login?task=")
        offered = await browser.get(asked.headers["location"])
        assert "窓口からの確認" in offered.text
        assert "/approvals?cancelled=1" in offered.text
        given_up = await browser.get("/approvals?cancelled=1")
        assert given_up.status_code == 200
        assert 'href="/approvals"' in given_up.text


async def test_the_front_page_leads_there(hanako: AtHome, gateway: Gateway) -> None:
    assert 'href="/approvals"' in (await hanako.browser.get("/")).text
    async with gateway.browser() as browser:
        assert 'href="/approvals"' not in (await browser.get("/")).text


@pytest.mark.parametrize("told", ["agreed", "declined"])
async def test_the_answer_is_confirmed(told: str, hanako: AtHome) -> None:
    page = await hanako.browser.get(f"/approvals?told={told}")
    assert 'role="status"' in page.text
    assert (await hanako.browser.get("/approvals?told=<b>")).text.count('role="status"') == 0


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
async def test_another_sites_form_answers_nothing(
    headers: dict[str, str], counter: Counter, hanako: AtHome
) -> None:
    await counter.ask()
    path = await only_question(hanako)
    assert (await hanako.post(path, headers, decision="agree")).status_code == 403
    assert error_of(await counter.poll()) == (400, "authorization_pending")
