"""The world outside a gateway in this process: services, each an ASGI application at its host."""

from dataclasses import dataclass, field

import httpx2
from starlette.types import ASGIApp


@dataclass(slots=True)
class ServiceHosts(httpx2.AsyncBaseTransport):
    """What the gateway sends goes to the application at that host; others cannot be reached."""

    at: dict[str, ASGIApp] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        app = self.at.get(request.url.host)
        if app is None:
            raise httpx2.ConnectError("no such host", request=request)
        return await httpx2.ASGITransport(app).handle_async_request(request)
