"""Fetching one CRL over HTTP(S), never from another host than asked."""

import httpx2

from plugins.crl.errors import UnusableError
from plugins.crl.receiving import Receiving

MAX_REDIRECTS = 3
TIMEOUT = httpx2.Timeout(30, connect=10)
HEADERS = {"Accept": "application/pkix-crl", "Accept-Encoding": "identity"}


async def fetch_over_http(url: str, receiving: Receiving) -> None:
    """Raises UnusableError, or OSError."""
    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT, headers=HEADERS) as client:
            await _follow(client, httpx2.URL(url), receiving)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise UnusableError(f"it cannot be fetched ({type(error).__name__})") from error


async def _follow(client: httpx2.AsyncClient, url: httpx2.URL, receiving: Receiving) -> None:
    origin = url.scheme, url.host, url.port
    for _ in range(1 + MAX_REDIRECTS):
        if (url.scheme, url.host, url.port) != origin:
            raise UnusableError("it redirects to another host")
        async with client.stream("GET", url) as response:
            if response.next_request is None:
                await _receive(response, receiving)
                return
            url = response.next_request.url
    raise UnusableError("it redirects too often")


async def _receive(response: httpx2.Response, receiving: Receiving) -> None:
    if response.status_code != 200:
        raise UnusableError(f"it answers with HTTP {response.status_code}")
    told = response.headers.get("Content-Length", "")
    total = int(told) if told.isascii() and told.isdigit() else None
    async for chunk in response.aiter_raw():
        receiving.take(chunk, total)
