"""The pages a resident answers a kiosk on: who asks, which device, and a plain warning."""

import asyncio

import httpx2
import pytest

from gateway.oidc.devices.guesses import OF_ADDRESS, OF_PERSON, WINDOW
from gateway.oidc.scopes import NEED_CONSENT
from gateway.tenants.administration import suspend_client
from gateway.tenants.client_records import find_client_record
from tests.oidc.devices.parts import OWN_FORM, AtHome, Kiosk, error_of
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.log import log_text, logged

pytestmark = pytest.mark.anyio
WRONG = "BCDF-GHJK"


async def test_a_code_that_comes_with_the_address_is_filled_in_and_sent_by_hand(
    kiosk: Kiosk, hanako: AtHome
) -> None:
    complete = (await kiosk.ask()).json()["verification_uri_complete"]
    page = await hanako.browser.get(complete)
    assert page.status_code == 200
    assert f'value="{kiosk.user_code}"' in page.text
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", '"><b>', "ABCD-EFGH", ""])
async def test_nothing_else_in_the_address_gets_onto_the_page(code: str, hanako: AtHome) -> None:
    page = await hanako.browser.get("/device", params={"user_code": code})
    assert 'value=""' in page.text
    assert "<script>" not in page.text


async def test_the_page_says_who_asks_for_what_and_warns(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask(scope="openid profile address")
    path = await hanako.find(kiosk.user_code.lower().replace("-", ""))
    page = (await hanako.browser.get(path)).text
    for words in (
        "健康アプリ",
        "健診のご案内",
        kiosk.user_code,
        "氏名",
        "住所",
        "ご自分が端末の前にいないときは、進まないでください",
    ):
        assert words in page
    assert "生年月日" not in page
    assert page.count('class="button-secondary"') == 2  # neither answer is the bigger one
    english = (await hanako.browser.get(f"{path}?lang=en")).text
    for words in ("Health", "Check-ups", "Your name", "unless you stand in front of the device"):
        assert words in english


async def test_every_scope_has_its_words(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask(scope=" ".join(["openid", *NEED_CONSENT]))
    path = await hanako.find(kiosk.user_code)
    for language in ("ja", "en"):
        assert (await hanako.browser.get(f"{path}?lang={language}")).status_code == 200


async def test_whoever_is_not_signed_in_signs_in_with_the_card_and_comes_back(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    async with gateway.browser() as browser:
        visitor = AtHome(gateway, browser, hanako.resident)
        path = await visitor.find(kiosk.user_code)
        sign_in = await browser.get(path)
        assert sign_in.headers["location"].startswith("/login?task=")
        offered = await browser.get(sign_in.headers["location"])
        assert f"{path}?cancelled=1" in offered.text
        assert "健康アプリ" in offered.text
        # Nobody answers without a session, and giving up is no answer.
        answered = await visitor.decide(path)
        assert answered.headers["location"].startswith("/login?task=")
        given_up = await browser.get(f"{path}?cancelled=1")
        assert given_up.headers["location"] == "/device"
        await gateway.sign_in(browser, hanako.resident, ACR_STRONG)
        assert (await browser.get(path)).status_code == 200
        await visitor.agree_at(kiosk)
    assert (await kiosk.poll()).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
async def test_another_sites_form_neither_tries_a_code_nor_answers(
    headers: dict[str, str], kiosk: Kiosk, hanako: AtHome
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    for where, data in (("/device", {"user_code": kiosk.user_code}), (path, {"decision": "agree"})):
        assert (await hanako.post(where, headers, **data)).status_code == 403
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")


@pytest.mark.parametrize("data", [{}, {"decision": ""}, {"decision": "Agree"}, {"decision": "yes"}])
async def test_only_one_of_the_two_buttons_is_an_answer(
    data: dict[str, str], kiosk: Kiosk, hanako: AtHome
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    assert (await hanako.post(path, OWN_FORM, **data)).status_code == 400
    assert error_of(await kiosk.poll()) == (400, "authorization_pending")


async def test_a_question_that_is_none_is_a_page_that_says_so(hanako: AtHome) -> None:
    for path in ("/device/nothing", "/approvals/nothing"):
        assert (await hanako.decide(path)).status_code == 400


async def test_a_suspended_service_gets_no_answer(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    async with gateway.provider.records.writing() as connection:
        record = await find_client_record(connection, "hanasaki", "kiosk")
        await suspend_client(connection, "hanasaki", "kiosk", record.version, gateway.clock())
    assert (await hanako.browser.get(path)).status_code == 400
    assert (await hanako.decide(path)).status_code == 400
    assert error_of(await kiosk.poll()) == (401, "invalid_client")


async def test_guessing_codes_is_stopped_and_told_once(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    for _ in range(OF_PERSON):
        assert (await hanako.type(WRONG)).status_code == 422
    for code in (WRONG, kiosk.user_code):  # the right one, too
        held = await hanako.type(code)
        assert (held.status_code, "location" in held.headers) == (429, False)
    assert len(await logged(gateway, "user_code.guessed")) == 1
    text = await log_text(gateway)
    assert WRONG not in text
    assert kiosk.user_code not in text
    gateway.clock.forward(seconds=WINDOW.total_seconds())
    await kiosk.ask()
    assert (await hanako.type(kiosk.user_code)).status_code == 303


async def test_a_right_code_costs_no_try(kiosk: Kiosk, hanako: AtHome) -> None:
    await kiosk.ask()
    for _ in range(2 * OF_PERSON):
        assert (await hanako.type(kiosk.user_code)).status_code == 303


async def test_many_tries_at_once_are_counted_each(hanako: AtHome) -> None:
    answers = await asyncio.gather(*(hanako.type(WRONG) for _ in range(3 * OF_PERSON)))
    assert [answer.status_code for answer in answers].count(422) == OF_PERSON


async def test_an_address_is_counted_whatever_browsers_it_has(
    kiosk: Kiosk, hanako: AtHome, gateway: Gateway
) -> None:
    await kiosk.ask()
    for _ in range(OF_ADDRESS):
        async with gateway.browser("203.0.113.9") as browser:
            assert (await tried(browser)).status_code == 422
    async with gateway.browser("203.0.113.9") as browser:
        assert (await tried(browser)).status_code == 429
        # Whoever is known by name does not wait for their neighbours.
        await gateway.sign_in(browser, hanako.resident)
        assert (await tried(browser, kiosk.user_code)).status_code == 303
    async with gateway.browser("203.0.113.10") as browser:
        assert (await tried(browser)).status_code == 422


async def test_a_browser_is_counted_wherever_it_goes(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        await browser.get("/device")
        cookies = dict(browser.cookies)
    statuses = []
    for number in range(OF_PERSON + 1):
        async with gateway.browser(f"203.0.113.{number}") as browser:
            for name, value in cookies.items():
                browser.cookies.set(name, value, domain="id.example.test")
            statuses.append((await tried(browser)).status_code)
    assert statuses == [422] * OF_PERSON + [429]


async def tried(browser: httpx2.AsyncClient, code: str = WRONG) -> httpx2.Response:
    return await browser.post("/device", data={"user_code": code}, headers=OWN_FORM)
