"""What a browser does with the agent's pages: sends Origin, follows the address, reads forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from gateway.virtual.folder import CardFolder
from gateway.virtual.pins import Pin

AGENT = "http://127.0.0.1:8765"
GATEWAY = "http://localhost:8000"
RETURN_TO = f"{GATEWAY}/login/card/return"
CHALLENGE = bytes(range(32))
PASSWORD = "HANASAKI7391"
PIN = "7391"
WRONG_PASSWORD = "WRONG99"
WRONG_PIN = "0000"

# What the gateway's page posts.
GOOD: Mapping[str, str] = {
    "challenge_id": "a-challenge_1",
    "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "purpose": "sign_in",
    "return_to": RETURN_TO,
    "ui_locales": "en",
}
REGISTRATION: Mapping[str, str] = {**GOOD, "purpose": "registration"}


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """A page as its reader meets it."""

    response: httpx2.Response
    forms: list[Form] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """Without the values of fields: what stands on the screen, and the page's addresses."""
        text = self.response.text
        for _, attributes in self.elements:
            if len(attributes.get("value", "")) > 8:
                text = text.replace(attributes["value"], "")
        return text

    @property
    def answer(self) -> dict[str, str] | None:
        """What the page would carry to the gateway; None where it carries nothing."""
        for form in self.forms:
            if form.action == RETURN_TO:
                return form.fields
        return None

    def element(self, element_id: str) -> dict[str, str]:
        return next(found for _, found in self.elements if found.get("id") == element_id)

    def has(self, element_id: str) -> bool:
        return any(found.get("id") == element_id for _, found in self.elements)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._page.elements.append((tag, attributes))
        if tag == "form":
            self._page.forms.append(Form(attributes["method"], attributes.get("action", "")))
        if tag == "input" and "name" in attributes:
            self._page.forms[-1].fields[attributes["name"]] = attributes.get("value", "")


def read_page(response: httpx2.Response) -> Page:
    page = Page(response)
    _Reader(page).feed(response.text)
    return page


class Browser:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def ask(self, parameters: Mapping[str, str] = GOOD) -> str:
        """The gateway's form, to the page of the new request: its address without the query."""
        response = await self.client.post("/sign", data=parameters, headers={"Origin": GATEWAY})
        assert response.status_code == 303, response.text
        return response.headers["location"].partition("?")[0]

    async def open(self, address: str, language: str = "en") -> Page:
        return read_page(await self.client.get(f"{address}?lang={language}"))

    async def type(self, address: str, language: str = "en", **typed: str) -> Page:
        """Opens the PIN page and sends its form with what was typed."""
        page = await self.open(address, language)
        shown = page.forms[1].fields
        hidden = {name: value for name, value in shown.items() if name.endswith("_tries")}
        return await self.send(address, {**hidden, **typed})

    async def send(self, address: str, data: Mapping[str, str], origin: str | None = AGENT) -> Page:
        headers = {} if origin is None else {"Origin": origin}
        response = await self.client.post(f"{address}?lang=en", data=data, headers=headers)
        return read_page(response)


def tries(folder: CardFolder, card_id: str = "hanako") -> tuple[int, int]:
    card = folder.load(card_id)
    return card.tries.remaining(Pin.SIGNATURE), card.tries.remaining(Pin.AUTHENTICATION)


def assert_nothing_signed(page: Page) -> None:
    assert page.answer is None
    assert not [name for form in page.forms for name in form.fields if name.endswith("_signature")]
