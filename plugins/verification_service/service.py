"""One question to the platform operator: who we are, in time, in turn, and not while it fails."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from plugins.asking.breaker import Breaker
from plugins.asking.client import AskingClient, HttpStatusError, UnreachableError, until
from plugins.verification_service.settings import ServiceSettings
from plugins.verification_service.tokens import AccessTokens
from plugins.verification_service.wire import Question

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 64 * 1024
JSON = "application/json"
UNAUTHORIZED = 401

_HEADERS = {"Content-Type": JSON, "Accept": JSON}


class Service:
    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._timeout = settings.timeout.total_seconds()
        self._http = AskingClient(MAX_ANSWER_BYTES, settings.tls)
        client = settings.private_key_jwt
        self._tokens = None if client is None else AccessTokens(client, self._http)
        self._turns = asyncio.Semaphore(settings.max_at_once)
        self._breakers: dict[str, Breaker] = {}

    async def ask(self, call: str, question: Question, now: datetime) -> bytes:
        """The answer's body, of which nothing is believed yet. Raises UnreachableError."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._timeout
        async with self._turn(deadline):
            breaker = self._breaker(call)
            if not breaker.admits(clock()):
                raise UnreachableError("it has failed and is left alone for a while")
            try:
                async with until(deadline):
                    body = await self._exchange(call, msgspec.json.encode(question), now, deadline)
            except UnreachableError as error:
                breaker.fail(clock())
                logger.warning("verification service, %s: %s", call, error)
                raise
            breaker.succeed()
            return body

    @asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        """So that a slow service holds up only so many at once."""
        async with until(deadline, "too many questions are waiting for it"):
            await self._turns.acquire()
        try:
            yield
        finally:
            self._turns.release()

    async def _exchange(self, call: str, content: bytes, now: datetime, deadline: float) -> bytes:
        if self._tokens is None:
            return await self._post(call, content, {}, deadline)
        token = await self._tokens.get(now, deadline)
        try:
            return await self._post(call, content, _bearer(token), deadline)
        except HttpStatusError as error:
            if error.status != UNAUTHORIZED:
                raise
        # It may have ended before its time. A new one is tried, once.
        token = await self._tokens.get(now, deadline, refused=token)
        return await self._post(call, content, _bearer(token), deadline)

    async def _post(
        self, call: str, content: bytes, authorization: dict[str, str], deadline: float
    ) -> bytes:
        url = f"{self._settings.base_url}/{call}"
        reply = await self._http.post(url, {**_HEADERS, **authorization}, content, deadline)
        if reply.media_type != JSON:
            raise UnreachableError("its answer is not application/json")
        return reply.body

    def _breaker(self, call: str) -> Breaker:
        """One for each call: a service that links no certificates may still know their status."""
        limit, pause = self._settings.breaker_failures, self._settings.breaker_pause
        return self._breakers.setdefault(call, Breaker(limit, pause.total_seconds()))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
