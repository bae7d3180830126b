"""An operator's session: a random value in the browser, and what it stands for in moments."""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import Admin
from gateway.store.api import Moments
from gateway.web.cookies import Cookies

KIND = "operator-session"
ENDED = "operator-sessions-ended"
COOKIE = "genkan_operator"
# A session is written again at most so often, not at every request.
_TOUCH = timedelta(seconds=60)


class Method(StrEnum):
    """How an operator proves who they are."""

    PASSKEY = "passkey"
    PASSWORD_TOTP = "password_totp"


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """`session_id` is the hash of what the browser holds."""

    session_id: str = field(repr=False)
    operator_id: str
    method: Method
    signed_in_at: datetime
    authenticated_at: datetime
    """When they last proved who they are: what a dangerous deed asks for."""


@dataclass(frozen=True, slots=True)
class _Kept:
    session: OperatorSession
    seen_at: datetime


class OperatorSessions:
    def __init__(self, moments: Moments, cookies: Cookies, settings: Admin) -> None:
        self._moments = moments
        self._cookies = cookies
        self._idle = timedelta(seconds=settings.session_idle_seconds)
        self._absolute = timedelta(seconds=settings.session_absolute_seconds)
        self._decoder = msgspec.json.Decoder(_Kept)

    async def current(self, request: Request, now: datetime) -> OperatorSession | None:
        """Who is signed in here; None once either lifetime is over, or all of the operator's
        sessions were ended."""
        session_id = self._session_id(request)
        raw = None if session_id is None else await self._moments.get(KIND, session_id)
        if session_id is None or raw is None:
            return None
        kept = self._decoder.decode(raw)
        over = min(kept.seen_at + self._idle, kept.session.signed_in_at + self._absolute)
        if now >= over or await self._was_ended(kept.session):
            await self._moments.drop(KIND, session_id)
            return None
        if now - kept.seen_at >= _TOUCH:
            touched = replace(kept, seen_at=now)
            # `replace`, not `put`: a session that was ended meanwhile stays ended.
            await self._moments.replace(
                KIND, session_id, msgspec.json.encode(touched), self._lifetime(touched)
            )
        return kept.session

    async def open(
        self, request: Request, response: Response, operator_id: str, method: Method, now: datetime
    ) -> OperatorSession:
        """Always under a new id: one that was planted before the sign-in is worth nothing."""
        await self._drop(request)
        return await self._keep(response, OperatorSession("", operator_id, method, now, now), now)

    async def reauthenticated(
        self, request: Request, response: Response, method: Method, now: datetime
    ) -> OperatorSession | None:
        """Under a new id too: one that was stolen does not become fresh. The session lasts no
        longer for it. None where it ended meanwhile."""
        session_id = self._session_id(request)
        raw = None if session_id is None else await self._moments.take(KIND, session_id)
        if raw is None:
            return None
        before = self._decoder.decode(raw).session
        if now >= before.signed_in_at + self._absolute or await self._was_ended(before):
            return None
        session = replace(before, method=method, authenticated_at=now)
        return await self._keep(response, session, now)

    async def end(self, request: Request, response: Response) -> None:
        """Only for a request that carries the cookie: a forged cross-site POST carries none, and
        changes nothing."""
        if await self._drop(request):
            self._cookies.clear(response, COOKIE)

    async def end_all(self, operator_id: str, now: datetime) -> None:
        """All that were opened before now, wherever they are; nobody has to know them."""
        await self._moments.put(ENDED, operator_id, now.isoformat().encode(), self._absolute)

    async def _was_ended(self, session: OperatorSession) -> bool:
        ended = await self._moments.get(ENDED, session.operator_id)
        return ended is not None and session.signed_in_at < datetime.fromisoformat(ended.decode())

    async def _keep(
        self, response: Response, session: OperatorSession, now: datetime
    ) -> OperatorSession:
        value = secrets.token_urlsafe(32)
        session = replace(session, session_id=_hash(value))
        kept = _Kept(session, now)
        await self._moments.put(
            KIND, session.session_id, msgspec.json.encode(kept), self._lifetime(kept)
        )
        self._cookies.set(response, COOKIE, value)
        return session

    async def _drop(self, request: Request) -> bool:
        session_id = self._session_id(request)
        if session_id is None:
            return False
        await self._moments.drop(KIND, session_id)
        return True

    def _lifetime(self, kept: _Kept) -> timedelta:
        return min(self._idle, kept.session.signed_in_at + self._absolute - kept.seen_at)

    def _session_id(self, request: Request) -> str | None:
        value = self._cookies.get(request, COOKIE)
        return _hash(value) if value else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
