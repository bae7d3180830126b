"""One POST to a server that may be slow, broken or hostile: bounded in time and in size."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

MAX_CONNECTIONS = 32


class UnreachableError(Exception):
    """There is no answer. One line for the operator."""


class HttpStatusError(UnreachableError):
    """It answers, but not with 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it answers with HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    media_type: str
    """In lower case, without its parameters."""
    body: bytes = field(repr=False)


@asynccontextmanager
async def until(deadline: float, problem: str = "it did not answer in time") -> AsyncIterator[None]:
    """What is not done by then, on the event loop's clock, is an UnreachableError."""
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except TimeoutError:
        raise UnreachableError(problem) from None


class AskingClient:
    """Below the level of an HTTP client on purpose: no redirects, no cookies, no proxies from the
    environment. No connection is kept, so that there is none to close."""

    def __init__(self, max_bytes: int, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: whom to trust and who we are; None for what the system trusts."""
        self._max_bytes = max_bytes
        self._transport = httpx2.AsyncHTTPTransport(
            verify=True if tls is None else tls,
            trust_env=False,
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=0),
        )

    async def post(
        self, url: str, headers: Mapping[str, str], content: bytes, deadline: float
    ) -> Reply:
        """The answer, as it came. Raises UnreachableError."""
        try:
            async with until(deadline):
                return await self._exchange(url, headers, content)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error

    async def _exchange(self, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        every = {"Accept-Encoding": "identity", **headers}
        request = httpx2.Request("POST", url, headers=every, content=content)
        response = await self._transport.handle_async_request(request)
        try:
            if response.status_code != 200:
                raise HttpStatusError(response.status_code)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._max_bytes:
                    raise UnreachableError(f"its answer exceeds {self._max_bytes} bytes")
            return Reply(_media_type(response.headers), bytes(body))
        finally:
            await response.aclose()


def _media_type(headers: httpx2.Headers) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()
