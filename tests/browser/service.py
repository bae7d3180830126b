"""`python -m tests.browser.service ISSUER ADDRESS FILE`: the health app; its secret is the file."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from gateway.demo.services import create_service
from gateway.demo.stock_client import ServiceSettings
from gateway.demo.town import HEALTH
from gateway.server import serve


def main(issuer: str, address: str, file: str) -> None:
    settings = ServiceSettings(HEALTH, issuer, address, Path(file).read_text("utf-8"))

    @asynccontextmanager
    async def start() -> AsyncIterator[ASGIApp]:
        yield create_service(settings)

    serve(start, "127.0.0.1", urlsplit(address).port or 80)


if __name__ == "__main__":
    main(*sys.argv[1:])
