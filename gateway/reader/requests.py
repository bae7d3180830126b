"""Requests that wait for their PIN: short-lived, answered once."""

import secrets
from datetime import timedelta

import msgspec

from gateway.reader.model import RefusedError, SigningRequest
from gateway.store.api import Moments

_KIND = "signing-request"


class SigningRequests:
    def __init__(self, moments: Moments, lifetime: timedelta) -> None:
        self._moments = moments
        self._lifetime = lifetime
        self._decoder = msgspec.json.Decoder(SigningRequest)

    async def begin(self, request: SigningRequest) -> str:
        """Returns the request's id: only the browser that was redirected to it knows it."""
        request_id = secrets.token_urlsafe(32)
        await self._moments.put(_KIND, request_id, msgspec.json.encode(request), self._lifetime)
        return request_id

    async def get(self, request_id: str) -> SigningRequest:
        """Refuses one that is unknown, answered or expired: which of them is not told."""
        return self._decode(await self._moments.get(_KIND, request_id))

    async def take(self, request_id: str) -> SigningRequest:
        """Like get, and no later call finds it."""
        return self._decode(await self._moments.take(_KIND, request_id))

    def _decode(self, stored: bytes | None) -> SigningRequest:
        if stored is None:
            raise RefusedError("unknown_request", 404)
        return self._decoder.decode(stored)
