"""One question to a responder over HTTP (RFC 6960 appendix A.1), bounded in time and size."""

import asyncio
from datetime import timedelta

import httpx2

MAX_RESPONSE_BYTES = 64 * 1024
MAX_CONNECTIONS = 32
# The whole of such a response (RFC 6960 §4.2.1): the responder asks to be left alone for a while.
TRY_LATER = bytes.fromhex("30030a0103")

_HEADERS = {
    "Content-Type": "application/ocsp-request",
    "Accept": "application/ocsp-response",
    "Accept-Encoding": "identity",
}


class UnreachableError(Exception):
    """The responder gave no answer. One line for the operator."""


class OcspClient:
    """Below the level of an HTTP client on purpose: no redirects, no cookies, no proxies from the
    environment. No connection is kept, so that there is none to close."""

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout.total_seconds()
        self._transport = httpx2.AsyncHTTPTransport(
            trust_env=False,
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=0),
        )

    async def ask(self, url: str, request: bytes) -> bytes:
        """The response's bytes, as they came. Raises UnreachableError."""
        try:
            async with asyncio.timeout(self._timeout):
                body = await self._exchange(url, request)
        except TimeoutError:
            raise UnreachableError("it did not answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise UnreachableError(type(error).__name__) from error
        if body == TRY_LATER:
            raise UnreachableError("it says tryLater")
        return body

    async def _exchange(self, url: str, content: bytes) -> bytes:
        request = httpx2.Request("POST", url, headers=_HEADERS, content=content)
        response = await self._transport.handle_async_request(request)
        try:
            if response.status_code != 200:
                raise UnreachableError(f"it answers with HTTP {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise UnreachableError(f"its answer exceeds {MAX_RESPONSE_BYTES} bytes")
            return bytes(body)
        finally:
            await response.aclose()
