"""One try-out: what was asked and what came, kept for the browser that began it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.developers.trying.wishes import Secrets, Wishes
from gateway.store.api import Moments
from gateway.web.cookies import Cookies

COOKIE = "genkan_tryout"
KIND = "tryout"
LIFETIME = timedelta(minutes=10)
"""From the last step."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent, and its answer."""

    step: str
    method: str
    url: str
    sent: Mapping[str, str] = field(repr=False)
    status: int
    received: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TryOut:
    wishes: Wishes
    secrets: Secrets
    request: Mapping[str, str] = field(repr=False)
    exchanges: tuple[Exchange, ...] = ()
    code: str | None = field(default=None, repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The newest of each: access_token, id_token, refresh_token."""

    def after(self, exchange: Exchange, **changes: Any) -> "TryOut":
        return replace(self, exchanges=(*self.exchanges, exchange)[-_MOST:], **changes)


class TryOuts:
    def __init__(self, moments: Moments, cookies: Cookies) -> None:
        self._moments = moments
        self._cookies = cookies

    async def begin(self, response: Response, tryout: TryOut) -> None:
        """Always under a new key: what another browser may know is worth nothing here."""
        value = secrets.token_urlsafe(32)
        await self._put(_key(value), tryout)
        self._cookies.set(response, COOKIE, value)

    async def current(self, request: Request) -> TryOut | None:
        value = self._cookies.get(request, COOKIE)
        raw = await self._moments.get(KIND, _key(value)) if value else None
        return None if raw is None else msgspec.json.decode(raw, type=TryOut)

    async def keep(self, request: Request, tryout: TryOut) -> None:
        """Of one that has expired meanwhile, nothing is kept."""
        value = self._cookies.get(request, COOKIE)
        if value:
            raw = msgspec.json.encode(tryout)
            await self._moments.replace(KIND, _key(value), raw, LIFETIME)

    async def end(self, request: Request, response: Response) -> None:
        value = self._cookies.get(request, COOKIE)
        if value:
            await self._moments.drop(KIND, _key(value))
            self._cookies.clear(response, COOKIE)

    async def _put(self, key: str, tryout: TryOut) -> None:
        await self._moments.put(KIND, key, msgspec.json.encode(tryout), LIFETIME)


def _key(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
