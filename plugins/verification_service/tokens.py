"""The access token: fetched with an assertion (RFC 7523, RFC 6749 §4.4), kept while it is good."""

import asyncio
import re
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from plugins.asking.client import AskingClient, UnreachableError
from plugins.verification_service.assertion import PrivateKeyJwt, make_assertion
from plugins.verification_service.errors import UnusableError
from plugins.verification_service.strict_json import convert, read_object

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MARGIN_SECONDS = 30
"""A token is not used so shortly before its end."""
LONGEST_SECONDS = 86_400
MAX_TOKEN = 8_192

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1


class TokenResponse(msgspec.Struct, frozen=True):
    """RFC 6749 §5.1; whatever else there is, is ignored, as it says."""

    access_token: str
    token_type: str
    expires_in: int = 0
    """Not told: used once."""


class AccessTokens:
    def __init__(self, client: PrivateKeyJwt, http: AskingClient) -> None:
        self._client = client
        self._http = http
        self._fetching = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def get(self, now: datetime, deadline: float, *, refused: str | None = None) -> str:
        """One that is not `refused`. Raises UnreachableError."""
        async with self._fetching:
            if asyncio.get_running_loop().time() >= self._until or self._token == refused:
                self._until = 0.0
                try:
                    await self._fetch(now, deadline)
                except (UnreachableError, UnusableError) as error:
                    raise UnreachableError(f"no access token: {error}") from error
            return self._token

    async def _fetch(self, now: datetime, deadline: float) -> None:
        started = asyncio.get_running_loop().time()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": make_assertion(self._client, now),
            **({"scope": self._client.scope} if self._client.scope else {}),
        }
        content = urlencode(form).encode("ascii")
        reply = await self._http.post(self._client.token_url, _HEADERS, content, deadline)
        found = _read(reply.body)
        self._token = found.access_token
        self._until = started + min(found.expires_in, LONGEST_SECONDS) - MARGIN_SECONDS


def _read(unverified_body: bytes) -> TokenResponse:
    found = convert(read_object(unverified_body), TokenResponse)
    if len(found.access_token) > MAX_TOKEN or not _TOKEN.fullmatch(found.access_token):
        raise UnusableError("its access token is malformed")
    if found.token_type.lower() != "bearer":
        raise UnusableError("its access token is no bearer token")
    return found
