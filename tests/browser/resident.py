"""What a resident does at a screen, and what the browser noticed meanwhile."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from gateway.demo.town import RESIDENTS
from gateway.demo.world import World


class ResidentAtScreen:
    def __init__(self, world: World, card_id: str, page: Page) -> None:
        self.world = world
        self.page = page
        self.card = next(resident for resident in RESIDENTS if resident.card_id == card_id)
        self.sent_to_gateway: list[str] = []
        self._wrong: list[str] = []
        page.set_default_timeout(10_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def enter(self, service_address: str) -> None:
        self.page.goto(f"{service_address}/")
        self.page.locator("a[href='/signin']").click()

    def choose(self, purpose: str) -> None:
        """On the sign-in page: `sign_in` or `registration`; then the card, at the reader agent."""
        self.page.locator(f"form:has(input[value={purpose}]) button").click()
        self.page.locator(f"a[href*='/cards/{self.card.card_id}']").click()

    def type_pin(self, pin: str | None = None) -> None:
        if self.page.locator("#signature_pin").count():
            self.page.fill("#signature_pin", self.card.signature_password)
        self.page.fill("#authentication_pin", pin or self.card.authentication_pin)
        self.page.locator("form[data-once] button[type=submit].button").click()

    def press_on(self) -> None:
        """Where scripts do not run: the buttons that carry the card's answer back."""
        for _ in range(2):
            self.page.locator("form[data-submit] button").click()

    def wait_for(self, *paths: str) -> str:
        """Until the browser rests at one of the paths; returns which."""
        self.page.wait_for_url(lambda url: urlsplit(url).path in paths)
        return urlsplit(self.page.url).path

    def agree_if_asked(self) -> None:
        if self.wait_for("/consent", "/") == "/consent":
            self.page.locator("button[value=agree]").click()
            self.wait_for("/")

    def claim(self, name: str) -> str:
        return self.page.locator(f"[data-claim={name}]").inner_text()

    def tab_to(self, selector: str) -> None:
        """By keyboard alone, and so that it can be seen where one is."""
        for _ in range(30):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                style = "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"
                assert self.page.locator(selector).evaluate(style) == "solid4px"
                return
        raise AssertionError(f"{selector} cannot be reached with the Tab key")

    def check_nothing_was_wrong(self) -> None:
        assert not self._wrong, self._wrong

    def _said(self, message: ConsoleMessage) -> None:
        # A page that answers 403, 404 or 422 is a normal one here; _answered watches the others.
        if message.type in ("error", "warning") and "the server responded" not in message.text:
            self._wrong.append(message.text)

    def _asked(self, request: Request) -> None:
        if request.url.startswith(self.world.issuer):
            self.sent_to_gateway.append(f"{request.url} {request.post_data or ''}")

    def _answered(self, response: Response) -> None:
        missing = response.status == 404 and response.request.resource_type != "document"
        if missing or response.status == 500:
            self._wrong.append(f"{response.status} {response.url.partition('?')[0]}")
