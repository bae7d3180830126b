"""A kiosk, a counter, and a resident with a browser, written for tests: every step can be
changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from gateway.residents.model import Resident
from gateway.tenants.protocol import CIBA, DEVICE_CODE
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, changed

OWN_FORM = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
KIOSK: Mapping[str, Any] = {
    "grant_types": (DEVICE_CODE, "refresh_token"),
    "redirect_uris": (),
    "post_logout_redirect_uris": (),
}
COUNTER: Mapping[str, Any] = {
    "grant_types": ("authorization_code", "refresh_token", CIBA),
    "backchannel_token_delivery_mode": "poll",
}
LOCAL_ID = "H-0001"
Expected = tuple[int, str | None]
Table = Mapping[str, tuple[Mapping[str, str | None], Expected]]
"""Name → what is changed, and the status and error that answer it."""


@dataclass(slots=True)
class Asker:
    """What a kiosk and a counter have in common: a service that waits."""

    rp: RelyingParty

    @property
    def gateway(self) -> Gateway:
        return self.rp.gateway

    @property
    def client_id(self) -> str:
        return self.rp.client.client_id

    async def post(self, path: str, form: Mapping[str, str]) -> httpx2.Response:
        if self.rp.client.token_endpoint_auth_method != "none":
            return await self.rp.post(path, form)
        async with self.gateway.browser() as http:
            return await http.post(path, data={"client_id": self.client_id, **form})


@dataclass(slots=True)
class Kiosk(Asker):
    """It shows `user_code`."""

    answer: dict[str, Any] = field(default_factory=dict)

    async def ask(self, **changes: str | None) -> httpx2.Response:
        form = changed({"scope": "openid"}, changes)
        answered = await self.post("/device_authorization", form)
        if answered.status_code == 200:
            self.answer = answered.json()
        return answered

    async def poll(self, **changes: str | None) -> httpx2.Response:
        good = {"grant_type": DEVICE_CODE, "device_code": self.answer["device_code"]}
        return await self.post("/token", changed(good, changes))

    @property
    def user_code(self) -> str:
        code: str = self.answer["user_code"]
        return code


@dataclass(slots=True)
class Counter(Asker):
    answer: dict[str, Any] = field(default_factory=dict)

    async def ask(self, **changes: str | None) -> httpx2.Response:
        form = changed({"scope": "openid", "login_hint": LOCAL_ID}, changes)
        answered = await self.post("/bc-authorize", form)
        if answered.status_code == 200:
            self.answer = answered.json()
        return answered

    async def poll(self, **changes: str | None) -> httpx2.Response:
        good = {"grant_type": CIBA, "auth_req_id": self.answer["auth_req_id"]}
        return await self.post("/token", changed(good, changes))


@dataclass(slots=True)
class AtHome:
    """A resident and their browser."""

    gateway: Gateway
    browser: httpx2.AsyncClient
    resident: Resident

    async def post(
        self, path: str, headers: Mapping[str, str] = OWN_FORM, **data: str
    ) -> httpx2.Response:
        return await self.browser.post(path, data=data, headers=dict(headers))

    async def type(self, user_code: str) -> httpx2.Response:
        return await self.post("/device", user_code=user_code)

    async def find(self, user_code: str) -> str:
        """The path of the question behind the code."""
        found = await self.type(user_code)
        assert found.status_code == 303, found.text
        path: str = found.headers["location"]
        return path

    async def decide(self, path: str, decision: str = "agree") -> httpx2.Response:
        return await self.post(path, decision=decision)

    async def consent(self, path: str, decision: str = "agree") -> httpx2.Response:
        """On the consent page that `path` is, and back to where it leads."""
        task = path.partition("task=")[2]
        answered = await self.post("/consent", task=task, decision=decision)
        return await self.browser.get(answered.headers["location"])

    async def agree_at(self, kiosk: Kiosk) -> None:
        done = await self.decide(await self.find(kiosk.user_code))
        assert done.headers["location"] == "/device/agreed", done.text


def error_of(answer: httpx2.Response) -> Expected:
    return answer.status_code, answer.json().get("error")
