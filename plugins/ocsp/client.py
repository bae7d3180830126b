"""One question to a responder over HTTP (RFC 6960 appendix A.1), bounded in time and size."""

import asyncio
from datetime import timedelta

from plugins.asking.client import AskingClient, UnreachableError

MAX_RESPONSE_BYTES = 64 * 1024
# The whole of such a response (RFC 6960 §4.2.1): the responder asks to be left alone for a while.
TRY_LATER = bytes.fromhex("30030a0103")

_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class OcspClient:
    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout.total_seconds()
        self._client = AskingClient(MAX_RESPONSE_BYTES)

    async def ask(self, url: str, request: bytes) -> bytes:
        """The response's bytes, as they came. Raises UnreachableError."""
        deadline = asyncio.get_running_loop().time() + self._timeout
        reply = await self._client.post(url, _HEADERS, request, deadline)
        if reply.body == TRY_LATER:
            raise UnreachableError("it says tryLater")
        return reply.body
