"""A resident with a browser and a card, between one service and the gateway."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from gateway.conform.card import answer_of
from gateway.demo.browser import Browser, Form, Page
from gateway.virtual.card import VirtualCard

_STEPS = 12
_SECONDS = 20


class StoppedError(Exception):
    """The resident could not go on. `why` names a text; the rest tells where."""

    def __init__(self, why: str, page: Page | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.page = page


@dataclass(frozen=True, slots=True)
class Response:
    """The authorization response in the browser's hands, before the service has it."""

    page: Page
    form: Form | None
    fields: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Way:
    """What every visit needs to know."""

    issuer: str
    start: str
    redirect_uris: tuple[str, ...]
    card: VirtualCard


def client_opener() -> Callable[[], httpx2.Client]:
    """The machine's own trusted certificates; SSL_CERT_FILE adds a test CA. No proxy in between."""
    trusted = ssl.create_default_context()

    def open_client() -> httpx2.Client:
        return httpx2.Client(timeout=_SECONDS, trust_env=False, verify=trusted)

    return open_client


class Visit:
    def __init__(self, way: Way, open_client: Callable[[], httpx2.Client]) -> None:
        self._way = way
        self._browser = Browser(open_client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._browser.close()

    def response(self) -> Response:
        """From the service's own link as far as the gateway's answer. Raises StoppedError."""
        self._browser.stops_at = self._way.redirect_uris
        try:
            return self._through_gateway(self._browser.open(self._way.start))
        finally:
            self._browser.stops_at = None

    def deliver(self, response: Response, fields: Mapping[str, str]) -> Page:
        """To the service, with these fields; what it shows then."""
        if response.form is not None:
            form = Form(response.form.action, "post", dict(fields))
            return self._browser.submit(response.page, form)
        address, _, _ = response.page.url.partition("?")
        return self._browser.open(f"{address}?{urlencode(fields)}")

    def deliver_once(self, response: Response, fields: Mapping[str, str]) -> Page:
        """The same, but a service that begins anew by itself is not followed: by another way
        round, with another answer, it may well sign somebody in."""
        with self._not_to_gateway():
            return self.deliver(response, fields)

    def look(self, url: str) -> Page:
        """What it shows without the gateway's help."""
        with self._not_to_gateway():
            return self._browser.open(url)

    def sign_in(self) -> Page:
        response = self.response()
        return self.deliver(response, response.fields)

    def press(self, page: Page, url: str) -> Page:
        """A form of the page that leads there, or else the address itself; and then whatever the
        gateway asks."""
        for form in page.forms:
            if page.resolve(form.action).partition("?")[0] == url.partition("?")[0]:
                after = self._browser.submit(page, form)
                break
        else:
            after = self._browser.open(url)
        if self._is_gateways(after) and after.path == "/logout":
            confirming = [form for form in after.forms if "confirmed" in form.fields]
            if confirming:
                after = self._browser.submit(after, confirming[0])
        return after

    def asks_for_card(self) -> bool:
        """Whether whoever starts now has to sign in at the gateway."""
        self._browser.stops_at = self._way.redirect_uris
        try:
            return self._login_forms(self._browser.open(self._way.start)) != []
        finally:
            self._browser.stops_at = None

    @contextmanager
    def _not_to_gateway(self) -> Iterator[None]:
        self._browser.stops_at = f"{self._way.issuer}/"
        try:
            yield
        finally:
            self._browser.stops_at = None

    def _through_gateway(self, page: Page) -> Response:
        for _ in range(_STEPS):
            found = self._response_on(page)
            if found is not None:
                return found
            if not self._is_gateways(page):
                raise StoppedError("not_at_gateway", page)
            page = self._next(page)
        raise StoppedError("no_end", page)

    def _response_on(self, page: Page) -> Response | None:
        if page.url.startswith(self._way.redirect_uris):
            parts = urlsplit(page.url)
            if parts.fragment and not parts.query:
                raise StoppedError("in_fragment")
            return Response(page, None, dict(parse_qsl(parts.query)))
        for form in page.forms:
            if form.action.startswith(self._way.redirect_uris):
                return Response(page, form, dict(form.fields))
        return None

    def _next(self, page: Page) -> Page:
        if forms := self._login_forms(page):
            return self._use_card(page, forms[0 if self._way.card.signature is None else -1])
        for action, fields in (("/consent", {"decision": "agree"}), ("/login/reproof", {})):
            if page.path == action and page.forms:
                form = next(form for form in page.forms if action in form.action)
                return self._browser.submit(page, form, **fields)
        raise StoppedError("gateway_refused", page)

    def _login_forms(self, page: Page) -> list[Form]:
        """Sign-in first, registration last, which does all that a sign-in does besides."""
        return [form for form in page.forms if "challenge" in form.fields]

    def _use_card(self, page: Page, form: Form) -> Page:
        asked = form.fields
        answer = answer_of(self._way.card, asked, self._way.issuer)
        page = self._browser.submit(page, Form(asked["return_to"], "post", answer))
        for onward in page.forms:
            if onward.action.partition("?")[0].endswith("/login/card"):
                return self._browser.submit(page, onward)
        raise StoppedError("gateway_refused", page)

    def _is_gateways(self, page: Page) -> bool:
        return page.url.startswith(f"{self._way.issuer}/")
