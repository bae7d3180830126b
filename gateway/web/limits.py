"""No body is larger than the setting, whatever its Content-Length says."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BadRequest

_KEY = "gateway.body_limit"


@dataclass(slots=True)
class _Allowed:
    octets: int


def allow_body(request: Request, limit: int) -> None:
    """Of this one request, whose sender is known, so much may be read. For before it is."""
    allowed: _Allowed = request.scope[_KEY]
    allowed.octets = limit


class BodyLimit:
    """ASGI middleware: reading a body of more than `limit` bytes ends in 413, at the first byte
    where its length is declared and as it comes in where not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        allowed = scope[_KEY] = _Allowed(self._limit)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if max(read, _declared(scope)) > allowed.octets:
                raise BadRequest("the body is too large", 413)
            return message

        await self._app(scope, counted, send)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0
