"""The SSO session: a random value in the browser, and what it stands for in moments."""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import Login
from gateway.store.api import Moments
from gateway.web.cookies import Cookies

KIND = "session"
COOKIE = "genkan_session"
# A session is written again at most so often, not at every request.
_TOUCH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Session:
    """A resident who signed in. `session_id` is the hash of what the browser holds."""

    session_id: str = field(repr=False)
    resident_id: str
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    started_at: datetime
    first_id: str | None = field(default=None, repr=False)
    """Of the session in this browser that this one goes on from: the resident proved themselves
    again."""

    @property
    def visit_id(self) -> str:
        """The same from the first sign-in of this resident in this browser until they sign out:
        what services got belongs to it."""
        return self.first_id or self.session_id


@dataclass(frozen=True, slots=True)
class _Kept:
    session: Session
    seen_at: datetime


class Sessions:
    def __init__(self, moments: Moments, cookies: Cookies, settings: Login) -> None:
        self._moments = moments
        self._cookies = cookies
        self._idle = timedelta(seconds=settings.session_idle_seconds)
        self._absolute = timedelta(seconds=settings.session_absolute_seconds)
        self._decoder = msgspec.json.Decoder(_Kept)

    async def current(self, request: Request, now: datetime) -> Session | None:
        """Who is signed in here; None once either lifetime is over."""
        session_id = self._session_id(request)
        if session_id is None:
            return None
        raw = await self._moments.get(KIND, session_id)
        if raw is None:
            return None
        kept = self._decoder.decode(raw)
        if now >= min(kept.seen_at + self._idle, kept.session.started_at + self._absolute):
            await self._moments.drop(KIND, session_id)
            return None
        if now - kept.seen_at >= _TOUCH:
            await self._touch(replace(kept, seen_at=now))
        return kept.session

    async def open(
        self,
        request: Request,
        response: Response,
        *,
        resident_id: str,
        acr: str,
        amr: tuple[str, ...],
        now: datetime,
        before: Session | None = None,
    ) -> Session:
        """Always under a new id: one that was planted before the sign-in is worth nothing. `before`
        is what this browser had, and still holds; another resident's does not go on."""
        await self._drop(request)
        value = secrets.token_urlsafe(32)
        goes_on = before is not None and before.resident_id == resident_id
        first_id = before.visit_id if before is not None and goes_on else None
        session = Session(_hash(value), resident_id, now, acr, amr, now, first_id)
        kept = msgspec.json.encode(_Kept(session, now))
        await self._moments.put(KIND, session.session_id, kept, self._lifetime(session, now))
        self._cookies.set(response, COOKIE, value)
        return session

    async def end(self, request: Request, response: Response) -> None:
        """Only for a request that carries the cookie: a forged cross-site POST carries none, and
        changes nothing."""
        if await self._drop(request):
            self._cookies.clear(response, COOKIE)

    async def _drop(self, request: Request) -> bool:
        session_id = self._session_id(request)
        if session_id is None:
            return False
        await self._moments.drop(KIND, session_id)
        return True

    async def _touch(self, kept: _Kept) -> None:
        lifetime = self._lifetime(kept.session, kept.seen_at)
        raw = msgspec.json.encode(kept)
        # `replace`, not `put`: a session that was ended meanwhile stays ended.
        await self._moments.replace(KIND, kept.session.session_id, raw, lifetime)

    def _lifetime(self, session: Session, now: datetime) -> timedelta:
        return min(self._idle, session.started_at + self._absolute - now)

    def _session_id(self, request: Request) -> str | None:
        value = self._cookies.get(request, COOKIE)
        return _hash(value) if value else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
