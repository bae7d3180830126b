"""`python -m gateway.demo.service_process FOLDER NAME ISSUER ADDRESS`: one service of the town.

The health app's process shows the operators' codes too, as a phone lying beside it would.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from gateway.demo.authenticator import Authenticator
from gateway.demo.services import create_service
from gateway.demo.stock_client import ServiceSettings
from gateway.demo.town import HEALTH, SERVICES
from gateway.server import serve


def main(folder: str, name: str, issuer: str, address: str) -> None:
    credential = json.loads((Path(folder) / "services.json").read_bytes())[name]
    service = next(service for service in SERVICES if service.name == name)
    settings = ServiceSettings(service, issuer, address, credential)
    beside: list[BaseRoute] = []
    if service is HEALTH:
        beside += Authenticator(Path(folder)).routes()

    @asynccontextmanager
    async def start() -> AsyncIterator[ASGIApp]:
        yield Starlette(routes=[*beside, Mount("/", create_service(settings))])

    serve(start, "127.0.0.1", urlsplit(address).port or 80)


if __name__ == "__main__":
    main(*sys.argv[1:])
