"""What the gateway itself sends to a service's registered address, and nobody else's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS = 5.0
"""For each step."""
PATIENCE_SECONDS = 10.0
"""All in all: who answers letter by letter takes no step too long, and would hold a connection."""


class UndeliveredError(Exception):
    """No answer could be had; the one line says what stood in the way, never what was sent."""


@dataclass(slots=True)
class Outgoing:
    """Posts without following redirects, without cookies, and without reading the answer. The
    addresses were checked when they were registered."""

    transport: "httpx2.AsyncBaseTransport | None" = None
    """Another way out than the network (tests)."""
    _client: "httpx2.AsyncClient | None" = None

    async def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """The answer's status. Raises UndeliveredError."""
        import httpx2  # noqa: PLC0415 - most workers never send anything

        if self._client is None:
            self._client = httpx2.AsyncClient(
                transport=self.transport, timeout=TIMEOUT_SECONDS, follow_redirects=False
            )
        try:
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                self._client.stream("POST", url, data=form, json=json, headers=headers) as answer,
            ):
                self._client.cookies.clear()
                return answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as cause:
            raise UndeliveredError(type(cause).__name__) from cause

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
