"""A browser's part in plain HTTP: cookies, forms, redirects, the Origin header and SameSite=Lax."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import Cookie
from urllib.parse import urljoin, urlsplit

import httpx2

from gateway.demo.local_http import local_client

MAX_REDIRECTS = 10


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Page:
    """What a person would see and could do."""

    url: str
    status: int
    text: str = field(repr=False)
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict, repr=False)
    """Values of data-… attributes, and by name what elements marked data-claim say."""

    def form(self, action: str) -> Form:
        """The form whose action ends so (a query aside)."""
        for form in self.forms:
            if form.action.partition("?")[0].endswith(action):
                return form
        raise LookupError(f"no form to {action} on {self.where}")

    def link(self, part: str) -> str:
        for link in self.links:
            if part in link:
                return link
        raise LookupError(f"no link to {part} on {self.where}")

    def resolve(self, link: str) -> str:
        return urljoin(self.url, link)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def where(self) -> str:
        """Without the query, which may hold a code."""
        return f"{self.url.partition('?')[0]} ({self.status})"


class Browser:
    """`stops_at`: redirects are followed up to an address that begins so (or with one of several),
    which is a program's."""

    def __init__(
        self,
        open_client: Callable[[], httpx2.Client] = local_client,
        stops_at: str | tuple[str, ...] | None = None,
    ) -> None:
        self._open_client = open_client
        self._client = open_client()
        self.stops_at = stops_at

    def close(self) -> None:
        self._client.close()

    def open(self, url: str, *, until: str | None = None) -> Page:
        """Follows redirects, up to one that leads to an address that begins with `until`."""
        return self._follow(self._client.get(url), until)

    def ask(
        self, method: str, url: str, *, json: object, headers: Mapping[str, str]
    ) -> httpx2.Response:
        """What a script of the url's own origin would ask: with its cookies and origin."""
        own = {**headers, "Origin": origin_of(url)}
        return self._client.request(method, url, json=json, headers=own)

    def submit(self, page: Page, form: Form, **fields: str) -> Page:
        """Posts a form as a browser does: with the page's origin, and where the form leads to
        another site, without cookies but those of SameSite=None."""
        url = urljoin(page.url, form.action)
        data = {**form.fields, **fields}
        if form.method == "get":
            return self._follow(self._client.get(url, params=data))
        headers = {"Origin": origin_of(page.url)}
        if site_of(url) == site_of(page.url):
            return self._follow(self._client.post(url, data=data, headers=headers))
        with self._open_client() as stranger:
            _copy_cookies(self._client, stranger, of_any_site=False)
            answer = stranger.post(url, data=data, headers=headers)
            _copy_cookies(stranger, self._client, of_any_site=True)
        return self._follow(answer)

    def _follow(self, answer: httpx2.Response, until: str | None = None) -> Page:
        for _ in range(MAX_REDIRECTS):
            if answer.status_code not in (302, 303, 307):
                return read_page(str(answer.url), answer.status_code, answer.text)
            target = urljoin(str(answer.url), answer.headers["location"])
            stop = until or self.stops_at
            if stop is not None and target.startswith(stop):
                return Page(target, answer.status_code, "")
            answer = self._client.get(target)
        raise LookupError("too many redirects")


def _copy_cookies(whence: httpx2.Client, whither: httpx2.Client, *, of_any_site: bool) -> None:
    for cookie in whence.cookies.jar:
        if of_any_site or _is_for_other_sites(cookie):
            whither.cookies.jar.set_cookie(cookie)


def _is_for_other_sites(cookie: Cookie) -> bool:
    """SameSite=None, which has to be said (RFC 6265bis §5.6.7)."""
    names = ("SameSite", "samesite")
    said = [cookie.get_nonstandard_attr(name) for name in names]
    return any(value is not None and value.lower() == "none" for value in said)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def site_of(url: str) -> str | None:
    """Ports do not make another site; 127.0.0.1 and localhost are two."""
    return urlsplit(url).hostname


def read_page(url: str, status: int, text: str) -> Page:
    page = Page(url, status, text)
    reader = _Reader(page)
    reader.feed(text)
    reader.close()
    return page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._claim: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        for name, value in known.items():
            if name.startswith("data-"):
                self._page.marks[name.removeprefix("data-")] = value
        if tag == "form":
            self._page.forms.append(Form(known.get("action", ""), known.get("method", "get")))
        elif tag == "input" and "name" in known and known.get("type") != "checkbox":
            self._page.forms[-1].fields[known["name"]] = known.get("value", "")
        elif tag == "a" and "href" in known:
            self._page.links.append(known["href"])
        self._claim = known.get("data-claim")
        if self._claim is not None and "value" in known:
            self._page.marks[self._claim] = known["value"]
            self._claim = None

    def handle_data(self, data: str) -> None:
        if self._claim is not None:
            self._page.marks[self._claim] = data.strip()
            self._claim = None
