"""The pages themselves: both languages, WCAG 2.2, nothing inline."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from gateway.reader.app import create_reader_app
from gateway.reader.model import AgentOutcome
from gateway.reader.signing import Problem
from gateway.settings import Reader
from gateway.virtual.folder import CardFolder
from gateway.virtual.pins import Pin
from gateway.web.languages import Language
from gateway.web.pages import Pages
from tests.reader.browser import (
    AGENT,
    GATEWAY,
    GOOD,
    PIN,
    REGISTRATION,
    WRONG_PASSWORD,
    WRONG_PIN,
    Browser,
    Page,
)
from tests.reader.conftest import ManualClock

pytestmark = pytest.mark.anyio


async def every_page(browser: Browser) -> list[Page]:
    address = await browser.ask(REGISTRATION)
    card = f"{address}/cards/hanako"
    pages = [
        await browser.open(address),
        await browser.open(card),
        await browser.open(f"{address}/cards/child"),
        await browser.type(card, signature_pin="x", authentication_pin=""),
        await browser.type(card, signature_pin=WRONG_PASSWORD, authentication_pin=PIN),
        await browser.send(f"{address}/cancel", {}),
        await browser.open(address),
    ]
    locking = f"{await browser.ask()}/cards/hanako"
    for _ in range(2):
        await browser.type(locking, authentication_pin=WRONG_PIN)
    pages += [
        await browser.type(locking, authentication_pin=WRONG_PIN),
        await browser.type(
            locking, authentication_pin=WRONG_PIN, authentication_last_try="confirmed"
        ),
        await browser.open(f"{await browser.ask()}/cards/hanako"),
    ]
    return pages


@pytest.mark.parametrize(
    ("wanted", "language"), [("ja", "ja"), ("en", "en"), ("fr en-GB", "en"), ("", "ja")]
)
async def test_the_gateways_language_is_kept(browser: Browser, wanted: str, language: str) -> None:
    response = await browser.client.post(
        "/sign",
        data={**GOOD, "ui_locales": wanted},
        headers={"Origin": GATEWAY},
        follow_redirects=True,
    )
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text
    links = f'/cards/hanako?lang={language}"'
    assert links in response.text


async def test_both_languages_have_their_own_words(browser: Browser) -> None:
    address = f"{await browser.ask()}/cards/hanako"
    assert "利用者証明用の暗証番号" in (await browser.open(address, "ja")).text
    assert "Authentication PIN" in (await browser.open(address, "en")).text


@pytest.mark.parametrize("pin", list(Pin))
@pytest.mark.parametrize("problem", get_args(Problem))
def test_there_are_words_for_every_problem_with_every_pin(pin: Pin, problem: str) -> None:
    assert Pages(["gateway.reader"]).texts.say(Language.JA, f"reader_{pin}_{problem}")


@pytest.mark.parametrize("outcome", list(AgentOutcome))
def test_there_are_words_for_every_outcome(outcome: AgentOutcome) -> None:
    assert Pages(["gateway.reader"]).texts.say(Language.JA, f"reader_return_{outcome}")


async def test_the_pin_page_says_who_asks_what_for_and_how_many_tries_remain(
    browser: Browser,
) -> None:
    page = await browser.open(f"{await browser.ask(REGISTRATION)}/cards/hanako")
    assert GATEWAY in page.text
    assert "Register" in page.text
    assert "花咲　花子" in page.text
    assert "Tries left before it locks: 5" in page.text
    assert "Tries left before it locks: 3" in page.text
    assert page.text.index(GATEWAY) < page.text.index('id="signature_pin"')


async def test_pin_fields_allow_paste_and_password_managers(browser: Browser) -> None:
    """WCAG 2.2 criterion 3.3.8."""
    page = await browser.open(f"{await browser.ask(REGISTRATION)}/cards/hanako")
    for pin, inputmode in (("signature", "text"), ("authentication", "numeric")):
        attributes = page.element(f"{pin}_pin")
        assert attributes["type"] == "password"
        assert attributes["autocomplete"] == f"section-{pin} current-password"
        assert attributes["inputmode"] == inputmode
        assert "value" not in attributes
        # A shortened paste would be another PIN, without a word about it.
        assert "maxlength" not in attributes
        assert not [name for name in attributes if name.startswith("on")]


async def test_every_field_has_a_label_and_its_hint(browser: Browser) -> None:
    for page in await every_page(browser):
        labelled = {found["for"] for tag, found in page.elements if tag == "label"}
        for tag, found in page.elements:
            if tag == "input" and found["type"] != "hidden":
                assert found["id"] in labelled
            for described_by in found.get("aria-describedby", "").split():
                assert page.has(described_by)


async def test_a_problem_is_told_first_and_linked_to_its_field(browser: Browser) -> None:
    address = f"{await browser.ask(REGISTRATION)}/cards/hanako"
    page = await browser.type(address, signature_pin="x", authentication_pin="")
    assert "<title>Error: " in page.response.text
    links = [found["href"] for tag, found in page.elements if tag == "a"]
    for pin in ("signature", "authentication"):
        assert f"#{pin}_pin" in links
        assert page.element(f"{pin}_pin")["aria-invalid"] == "true"
        assert f"{pin}_problem" in page.element(f"{pin}_pin")["aria-describedby"]
    summary = next(found for _, found in page.elements if "notice-error" in found.get("class", ""))
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary


async def test_the_missing_confirmation_is_linked_to_its_checkbox(browser: Browser) -> None:
    address = f"{await browser.ask()}/cards/hanako"
    for _ in range(2):
        await browser.type(address, authentication_pin=WRONG_PIN)
    page = await browser.type(address, authentication_pin=PIN)
    links = [found["href"] for tag, found in page.elements if tag == "a"]
    assert "#authentication_last_try" in links
    assert page.element("authentication_last_try")["aria-invalid"] == "true"


async def test_every_page_has_one_heading_a_language_and_nothing_inline(browser: Browser) -> None:
    for page in await every_page(browser):
        tags = [tag for tag, _ in page.elements]
        assert tags.count("h1") == 1
        assert dict(page.elements)["html"]["lang"] == "en"
        assert "style" not in tags
        for tag, found in page.elements:
            assert tag != "script" or found["src"].startswith("/static/")
            assert not {"style", "onclick", "onsubmit", "onload"} & set(found)
        headers = page.response.headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert set(page.response.cookies) <= {"genkan_language"}


async def test_every_script_and_style_sheet_of_the_pages_is_there(browser: Browser) -> None:
    addresses = {
        found.get("src") or found["href"]
        for page in await every_page(browser)
        for tag, found in page.elements
        if tag in ("script", "link")
    }
    assert len(addresses) == 4
    for address in addresses:
        assert (await browser.client.get(address)).status_code == 200


async def test_without_script_a_button_carries_the_answer_back(browser: Browser) -> None:
    page = await browser.send(f"{await browser.ask()}/cancel", {})

    class Buttons(HTMLParser):
        labels: list[str]

        def handle_data(self, data: str) -> None:
            if self.get_starttag_text() and "<button" in (self.get_starttag_text() or ""):
                self.labels.append(data.strip())

    buttons = Buttons()
    buttons.labels = []
    buttons.feed(page.response.text)
    assert "Continue" in buttons.labels


async def test_an_empty_reader_says_so(tmp_path: Path, clock: ManualClock) -> None:
    app = create_reader_app(Reader(gateway_origins=(GATEWAY,)), CardFolder(tmp_path), clock)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=AGENT) as client:
        browser = Browser(client)
        page = await browser.open(await browser.ask())
    assert page.status == 200
    assert "No card found" in page.text


async def test_a_holders_name_cannot_write_into_the_page(
    browser: Browser, folder: CardFolder
) -> None:
    card = folder.load("child")
    folder.save(replace(card, holder_name='<script>alert("x")</script>'))
    for path in ("", "/cards/child"):
        page = await browser.open(f"{await browser.ask()}{path}")
        assert "<script>alert" not in page.response.text
        assert "&lt;script&gt;" in page.response.text
