"""Fetching one CRL, however its address is to be fetched: bounded in size and time."""

import asyncio

from plugins.crl.errors import UnusableError
from plugins.crl.fetch_http import fetch_over_http
from plugins.crl.fetch_program import fetch_by_program
from plugins.crl.receiving import Receiving
from plugins.crl.sources import WEB, Programs, scheme_of

LONGEST_SECONDS = 600.0


async def fetch(url: str, programs: Programs, receiving: Receiving, seconds: float) -> None:
    """Raises UnusableError, or OSError."""
    scheme = scheme_of(url)
    try:
        async with asyncio.timeout(seconds):
            if scheme in WEB:
                await fetch_over_http(url, receiving)
            else:
                await fetch_by_program(programs[scheme], url, receiving)
    except TimeoutError:
        raise UnusableError("it was not fetched in time") from None
