"""A service, a resident who has agreed, and the answers that come back: in the default mode, or in
a form that posts itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.residents.model import Resident
from tests.oidc.authorization.asking import posted_form
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected


@dataclass(slots=True)
class Visit:
    service: RelyingParty
    browser: httpx2.AsyncClient
    resident: Resident
    mode: str | None
    """The response_mode it asks for; None: it leaves that to the response type."""

    @property
    def gateway(self) -> Gateway:
        return self.service.gateway

    async def ask(self, **changes: str | None) -> httpx2.Response:
        return await self.service.authorize(self.browser, response_mode=self.mode, **changes)

    def read(self, answer: httpx2.Response) -> dict[str, str]:
        """From where it was to come, and nowhere else."""
        if self.mode is None:
            told = redirected(answer)
        else:
            form = posted_form(answer)
            assert (form.method, form.action) == ("post", self.service.redirect_uri)
            told = form.fields
        assert told["iss"] == ISSUER
        return told

    async def told(self, **changes: str | None) -> dict[str, str]:
        return self.read(await self.ask(**changes))

    async def code(self, **changes: str | None) -> str:
        return (await self.told(**changes))["code"]

    async def tokens(self, **changes: str | None) -> dict[str, Any]:
        answer = await self.service.redeem(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def userinfo(self, tokens: Mapping[str, Any], method: str = "GET") -> dict[str, Any]:
        answer = await self.service.call(method, "/userinfo", tokens["access_token"])
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def signs_in_again(self, answer: httpx2.Response) -> dict[str, str]:
        """Shown the sign-in page, the resident does so, and the browser goes on."""
        assert answer.headers["location"].startswith("/login?"), answer.headers["location"]
        task = httpx2.URL(answer.headers["location"]).params["task"]
        begun = await self.gateway.provider.login_tasks.get(task)
        assert begun is not None
        await self.gateway.sign_in(self.browser, self.resident)
        return self.read(await self.browser.get(begun.return_to))
