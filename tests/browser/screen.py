"""A page somebody looks at, and what the browser noticed meanwhile."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from gateway.demo.world import World


class Screen:
    def __init__(self, world: World, page: Page) -> None:
        self.world = world
        self.page = page
        self.sent_to_gateway: list[str] = []
        self._wrong: list[str] = []
        page.set_default_timeout(10_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def wait_for(self, *paths: str) -> str:
        """Until the browser rests at one of the paths; returns which."""
        self.page.wait_for_url(lambda url: urlsplit(url).path in paths)
        return urlsplit(self.page.url).path

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
