"""The reader agent: a small web server on the resident's own computer, between browser and card."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from gateway.clock import Clock
from gateway.errors import SettingsError
from gateway.reader.model import RefusedError
from gateway.reader.own_host import OwnHost
from gateway.reader.requests import SigningRequests
from gateway.reader.routes import ReaderPages, refused_handler
from gateway.settings import LOOPBACK_HOSTS, Reader
from gateway.store.memory import MemoryMoments
from gateway.virtual.folder import CardFolder
from gateway.web.arrival import Arrivals
from gateway.web.errors import exception_handlers
from gateway.web.limits import BodyLimit
from gateway.web.networks import Networks
from gateway.web.pages import Pages
from gateway.web.static import static_route

_BODY_LIMIT = 16_384


def create_reader_app(settings: Reader, cards: CardFolder, clock: Clock) -> Starlette:
    """SettingsError where it would be reachable from another computer."""
    if settings.listen_host not in LOOPBACK_HOSTS:
        raise SettingsError("reader.listen_host: must be of this computer, e.g. 127.0.0.1")
    host = _authority(settings.listen_host, settings.listen_port)
    pages = Pages(["gateway.reader"], brand="reader_brand")
    requests = SigningRequests(MemoryMoments(clock), timedelta(seconds=settings.request_seconds))
    reader = ReaderPages(
        cards,
        requests,
        pages,
        gateway_origins=settings.gateway_origins,
        own_origin=f"http://{host}",
    )
    return Starlette(
        routes=[*reader.routes(), static_route()],
        middleware=[
            Middleware(Arrivals, trusted=Networks()),
            Middleware(OwnHost, host),
            Middleware(BodyLimit, _BODY_LIMIT),
        ],
        exception_handlers={RefusedError: refused_handler(pages), **exception_handlers(pages)},
    )


@asynccontextmanager
async def open_reader(settings: Reader, cards: CardFolder, clock: Clock) -> AsyncIterator[ASGIApp]:
    """For the server: the agent keeps nothing that would have to be closed."""
    yield create_reader_app(settings, cards, clock)


def _authority(host: str, port: int) -> str:
    """As a browser writes it into Host and Origin (RFC 3986 §3.2, RFC 6454 §6.2)."""
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == 80 else f"{bracketed}:{port}"
