"""Somebody with a browser at the sign-in page: what the browser sends, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from starlette.requests import Request

from gateway.demo.browser import Form, Page, read_page
from gateway.login.session import Session
from gateway.login.task import LoginTask
from gateway.virtual.card import VirtualCard
from tests.support.gateway import ISSUER, Gateway
from tests.support.town import signed_fields

AGENT = "http://127.0.0.1:8765"
RETURN_TO = "/authorize/a-request"
TASK = LoginTask(
    return_to=RETURN_TO,
    client_name_ja="健康アプリ",
    client_name_en="Health",
    final_origin="https://health.example.test",
)
OWN_FORM = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Visitor:
    gateway: Gateway
    browser: httpx2.AsyncClient

    async def arrive(self, task: LoginTask = TASK) -> Page:
        """At the sign-in page of a new task."""
        return await self.open(await self.gateway.provider.login_tasks.begin(task))

    async def open(self, path: str) -> Page:
        return read(await self.browser.get(path))

    async def sign_in(self, card: VirtualCard) -> httpx2.Response:
        form = handover(await self.arrive(), "sign_in")
        return await self.bring(form, signed_fields(card, form.fields, ISSUER))

    async def register(self, card: VirtualCard) -> httpx2.Response:
        form = handover(await self.arrive(), "registration")
        return await self.bring(form, signed_fields(card, form.fields, ISSUER))

    async def bring(self, asked: Form, answer: Mapping[str, str]) -> httpx2.Response:
        """The agent's answer: from its page to ours, and from ours on."""
        carried = read(await self.carry(asked, answer))
        assert carried.status == 200, carried.text
        form = carried.form("/login/card")
        return await self.browser.post(form.action, data=form.fields, headers=OWN_FORM)

    async def carry(self, asked: Form, answer: Mapping[str, str]) -> httpx2.Response:
        """As a browser does it for another site's form: without cookies (SameSite=Lax)."""
        async with self.gateway.browser() as without_cookies:
            return await without_cookies.post(
                asked.fields["return_to"],
                data=dict(answer),
                headers={"Origin": AGENT, "Sec-Fetch-Site": "cross-site"},
            )

    async def session(self) -> Session | None:
        """Who the gateway takes this browser for."""
        request = self.browser.build_request("GET", ISSUER)
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        provider = self.gateway.provider
        asked = Request({"type": "http", "method": "GET", "path": "/", "headers": headers})
        return await provider.sessions.current(asked, self.gateway.clock())


def read(response: httpx2.Response) -> Page:
    return read_page(str(response.url), response.status_code, response.text)


def handover(page: Page, purpose: str) -> Form:
    """The form that goes to the reader agent."""
    return next(form for form in page.forms if form.fields.get("purpose") == purpose)


def failure(response: httpx2.Response) -> tuple[str | None, int]:
    return read(response).marks.get("failure"), response.status_code


def went_on(response: httpx2.Response) -> bool:
    """Back to the service's request, which only a session does."""
    target = urlsplit(response.headers.get("location", ""))
    return (response.status_code, target.netloc, target.path) == (303, "", RETURN_TO)
