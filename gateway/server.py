"""Runs ASGI applications under Granian, and makes an asynchronous start out of the lifespan."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server
from granian.server.embed import Server as EmbeddedServer
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.logs import FAILURE_IS_LOGGED, log_configuration

_START_SECONDS = 10
Start = Callable[[], AbstractAsyncContextManager[ASGIApp]]


class Started:
    """An ASGI application that is made when the server starts and closed when it stops, in the
    server's own event loop: stores and their connections belong to the loop that uses them."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._answer(self._app, scope, receive, send)

    async def _answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            # Starlette answers and raises all the same, so that the server may log it.
            if FAILURE_IS_LOGGED not in scope:
                raise

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._start() as self._app:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def serve(start: Start, host: str, port: int, workers: int = 1) -> None:
    """Worker processes, each with an application of its own. Returns when told to stop. OSError
    where the address cannot be listened at."""
    _check_address(host, port)

    def load() -> ASGIApp:
        return Started(start)

    Server(
        "genkan",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # the reverse proxy speaks HTTP/2 to browsers, HTTP/1.1 to us
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=log_configuration(),
        respawn_failed_workers=True,
    ).serve(target_loader=load, wrap_loader=False)


@asynccontextmanager
async def served_here(app: ASGIApp, host: str, port: int) -> AsyncIterator[None]:
    """In this process and its event loop, for as long as the block lasts: for a command that has to
    hold the application in its hands. OSError as above."""
    _check_address(host, port)
    server = EmbeddedServer(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,  # it warns of itself at every start
        log_dictconfig=log_configuration(),
    )
    serving = asyncio.create_task(server.serve())
    try:
        await _listening(host, port)
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving


async def _listening(host: str, port: int) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except ConnectionError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return


def _check_address(host: str, port: int) -> None:
    """The server itself would say it with a stack trace."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as cause:
        raise OSError(cause.errno, cause.strerror, f"{host}:{port}") from cause
