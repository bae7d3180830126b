"""Fetching one CRL over HTTP(S): bounded in size and time, never from another host than asked."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2

from plugins.crl.errors import UnusableError

LONGEST_SECONDS = 600
MAX_REDIRECTS = 3
TIMEOUT = httpx2.Timeout(30, connect=10)
HEADERS = {"Accept": "application/pkix-crl", "Accept-Encoding": "identity"}

Tell = Callable[[int, int | None], None]
"""Bytes so far, and of how many, where the server has said."""


async def fetch(url: str, target: Path, max_bytes: int, tell: Tell) -> None:
    """Writes what the address answers. Raises UnusableError."""
    try:
        async with (
            asyncio.timeout(LONGEST_SECONDS),
            httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT, headers=HEADERS) as client,
        ):
            await _follow(client, httpx2.URL(url), target, max_bytes, tell)
    except TimeoutError:
        raise UnusableError("it was not fetched in time") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise UnusableError(f"it cannot be fetched ({type(error).__name__})") from error


async def _follow(
    client: httpx2.AsyncClient, url: httpx2.URL, target: Path, max_bytes: int, tell: Tell
) -> None:
    origin = url.scheme, url.host, url.port
    for _ in range(1 + MAX_REDIRECTS):
        if (url.scheme, url.host, url.port) != origin:
            raise UnusableError("it redirects to another host")
        async with client.stream("GET", url) as response:
            if response.next_request is None:
                await _write(response, target, max_bytes, tell)
                return
            url = response.next_request.url
    raise UnusableError("it redirects too often")


async def _write(response: httpx2.Response, target: Path, max_bytes: int, tell: Tell) -> None:
    if response.status_code != 200:
        raise UnusableError(f"it answers with HTTP {response.status_code}")
    told = response.headers.get("Content-Length", "")
    total = int(told) if told.isascii() and told.isdigit() else None
    done = 0
    with target.open("wb") as file:
        async for chunk in response.aiter_raw():
            done += len(chunk)
            if done > max_bytes:
                raise UnusableError("it is larger than max_file_bytes")
            file.write(chunk)
            tell(done, total)
