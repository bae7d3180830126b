"""The health app's own requests, by hand: for what a well-behaved client library never does."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from gateway.demo.local_http import local_client
from gateway.demo.town import HEALTH
from gateway.demo.visitor import Visitor, expect
from gateway.demo.world import World


class RelyingParty:
    """Speaks to the gateway over connections that are kept, as a service does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._callback = f"{world.health}/callback"
        self._http = local_client()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def code_for(self, visitor: Visitor) -> tuple[str, str]:
        """A fresh code for somebody who is signed in and has agreed, and its code_verifier."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        state = secrets.token_urlsafe(8)
        query = {
            "response_type": "code",
            "client_id": HEALTH.client_id,
            "redirect_uri": self._callback,
            "scope": "openid profile offline_access",
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        url = f"{self._world.issuer}/authorize?{urlencode(query)}"
        page = visitor.browser.open(url, until=self._callback)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
        expect((answer.get("state"), answer.get("iss")), (state, self._world.issuer))
        return answer["code"], verifier

    def redeem(self, code: str, verifier: str) -> httpx2.Response:
        return self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._callback,
                "code_verifier": verifier,
            }
        )

    def refresh(self, refresh_token: str) -> httpx2.Response:
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def userinfo(self, access_token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._http.get(f"{self._world.issuer}/userinfo", headers=headers)

    def _token(self, form: Mapping[str, str]) -> httpx2.Response:
        credentials = (HEALTH.client_id, self._world.secrets[HEALTH.name])
        return self._http.post(f"{self._world.issuer}/token", data=dict(form), auth=credentials)
