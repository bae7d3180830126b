"""Answers only to the agent's own loopback address (ASGI middleware).

A page of another site whose name was made to resolve to 127.0.0.1 (DNS rebinding) would be of the
agent's origin for the browser; its Host header still tells it apart.
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnHost:
    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        named = [value for name, value in scope["headers"] if name == b"host"]
        if named == [self._host]:
            return await self._app(scope, receive, send)
        # RFC 9110 §15.5.20
        response = PlainTextResponse("This is not the address of the reader agent.\n", 421)
        await response(scope, receive, send)
