"""A service's side of the protocol, written for tests: every step can be changed."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from gateway.tenants.model import Client
from tests.support.gateway import ALL_SCOPES, Gateway

Changes = Mapping[str, str | None]


@dataclass(slots=True)
class RelyingParty:
    gateway: Gateway
    client: Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def redirect_uri(self) -> str:
        return self.client.redirect_uris[0]

    def authorization_request(self, **changes: str | None) -> dict[str, str]:
        """A good request; a change of None leaves the parameter out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        good = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": ALL_SCOPES,
            "state": "af0ifjsldkj",
            "nonce": "n-0S6_WzA2Mj",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return changed(good, changes)

    async def authorize(
        self, browser: httpx2.AsyncClient, **changes: str | None
    ) -> httpx2.Response:
        return await browser.get("/authorize", params=self.authorization_request(**changes))

    async def code(self, browser: httpx2.AsyncClient, **changes: str | None) -> str:
        answer = redirected(await self.authorize(browser, **changes))
        return answer["code"]

    async def redeem(self, code: str, /, **changes: str | None) -> httpx2.Response:
        good = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return await self.token(changed(good, changes))

    async def refresh(self, refresh_token: str, /, **changes: str | None) -> httpx2.Response:
        good = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.token(changed(good, changes))

    async def token(self, form: Mapping[str, str]) -> httpx2.Response:
        return await self.post("/token", form)

    async def post(self, path: str, form: Mapping[str, str]) -> httpx2.Response:
        """Authenticated as this client, by its secret."""
        async with self.gateway.browser() as http:
            return await http.post(path, data=dict(form), auth=self.credentials)

    @property
    def credentials(self) -> tuple[str, str]:
        client_id = self.client.client_id
        return client_id, self.gateway.secrets[client_id]

    async def tokens(self, browser: httpx2.AsyncClient, **changes: str | None) -> dict[str, Any]:
        answer = await self.redeem(await self.code(browser, **changes))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def call(
        self, method: str, path: str, access_token: str, **arguments: Any
    ) -> httpx2.Response:
        """With an access token."""
        headers = {"Authorization": f"Bearer {access_token}"}
        async with self.gateway.browser() as http:
            return await http.request(method, path, headers=headers, **arguments)


def changed(good: Mapping[str, str], changes: Changes) -> dict[str, str]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def redirected(answer: httpx2.Response) -> dict[str, str]:
    """The parameters of an authorization response."""
    assert answer.status_code == 303, answer.text
    query = urlsplit(answer.headers["location"]).query
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}


def payload(token: str) -> dict[str, Any]:
    """What a JWT says, unverified."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
