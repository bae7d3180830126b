"""Somebody at /developers/try, whose browser is a program's."""

import hashlib
from dataclasses import dataclass

import httpx2
import msgspec

from gateway.developers.trying.visit import COOKIE, KIND, Exchange, TryOut
from tests.support.gateway import ISSUER, Gateway

ALL = {"scope.profile": "on", "scope.address": "on", "scope.offline_access": "on"}


@dataclass(slots=True)
class Walker:
    gateway: Gateway
    browser: httpx2.AsyncClient

    async def post(self, path: str, **form: str) -> httpx2.Response:
        headers = {"Origin": ISSUER, "Accept-Language": "en"}
        return await self.browser.post(f"/developers/try/{path}", data=form, headers=headers)

    async def page(self, path: str = "walk") -> httpx2.Response:
        return await self.browser.get(f"/developers/try/{path}", headers={"Accept-Language": "en"})

    async def begin(self, **form: str) -> httpx2.Response:
        """The page with the request."""
        answer = await self.post("request", **(form or ALL))
        assert answer.status_code == 303, answer.text
        return await self.page()

    async def send(self) -> httpx2.Response:
        """Through the browser and back: the last redirect, or the page that stopped it."""
        answer = await self.post("send")
        while (
            answer.status_code == 303 and "/developers/try/walk" not in answer.headers["location"]
        ):
            answer = await self.browser.get(answer.headers["location"])
        return answer

    async def step(self, step: str) -> httpx2.Response:
        answer = await self.post("step", step=step)
        assert answer.status_code == 303, answer.text
        return await self.page()

    async def with_tokens(self, **form: str) -> None:
        await self.begin(**{**ALL, **form})
        await self.send()
        await self.step("token")

    @property
    def key(self) -> str:
        value = self.browser.cookies[f"__Host-{COOKIE}"]
        return hashlib.sha256(value.encode()).hexdigest()

    async def kept(self) -> TryOut | None:
        """What the gateway remembers of it."""
        raw = await self.gateway.provider.moments.get(KIND, self.key)
        return None if raw is None else msgspec.json.decode(raw, type=TryOut)

    async def tokens(self) -> dict[str, str]:
        kept = await self.kept()
        assert kept is not None
        return dict(kept.tokens)

    async def last(self) -> Exchange:
        kept = await self.kept()
        assert kept is not None
        return kept.exchanges[-1]
