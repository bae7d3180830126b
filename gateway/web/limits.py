"""No body is larger than the setting, whatever its Content-Length says."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BadRequest


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

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if max(read, _declared(scope)) > self._limit:
                raise BadRequest("the body is too large", 413)
            return message

        await self._app(scope, counted, send)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0
