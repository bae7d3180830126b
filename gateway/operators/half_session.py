"""Between the password and the code: a short-lived value in the browser that proves the first."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from gateway.store.api import Moments
from gateway.web.cookies import Cookies

KIND = "operator-half-session"
COOKIE = "genkan_operator_half"
LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class HalfSession:
    """Whose password was right."""

    operator_id: str


class HalfSessions:
    def __init__(self, moments: Moments, cookies: Cookies) -> None:
        self._moments = moments
        self._cookies = cookies

    async def begin(self, response: Response, half: HalfSession) -> None:
        value = secrets.token_urlsafe(32)
        await self._moments.put(KIND, _hash(value), half.operator_id.encode(), LIFETIME)
        self._cookies.set(response, COOKIE, value)

    async def current(self, request: Request) -> HalfSession | None:
        """Of this browser; None where the password was too long ago."""
        value = self._cookies.get(request, COOKIE)
        raw = None if not value else await self._moments.get(KIND, _hash(value))
        return None if raw is None else HalfSession(raw.decode())

    async def end(self, request: Request, response: Response) -> None:
        value = self._cookies.get(request, COOKIE)
        if value:
            await self._moments.drop(KIND, _hash(value))
            self._cookies.clear(response, COOKIE)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
