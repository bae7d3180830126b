"""An endpoint that reads the body of a verification and answers one that was made before:
`python -m tests.bench.empty_server PORT ANSWER_FILE`. What HTTP costs before anything is done.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.card.messages import VerificationRequest
from gateway.server import serve
from gateway.web.json import json_body


def main(port: str, file: str) -> None:
    answer = Path(file).read_bytes()

    async def read_and_answer(request: Request) -> Response:
        await json_body(request, VerificationRequest)
        return Response(answer, media_type="application/json")

    async def ready(_: Request) -> Response:
        return Response("ready")

    @asynccontextmanager
    async def start() -> AsyncIterator[ASGIApp]:
        yield Starlette(
            routes=[
                Route("/card/verifications", read_and_answer, methods=["POST"]),
                Route("/readyz", ready),
            ]
        )

    serve(start, "127.0.0.1", int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
