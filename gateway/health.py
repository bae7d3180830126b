"""/healthz: the process answers. /readyz: it could let a resident in, and if not, why not."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.json import json_response

log = logging.getLogger(__name__)
Check = Callable[[], Awaitable[str | None]]
"""Returns what to tell beside "ok", or raises."""


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    async def healthz(_: Request) -> Response:
        return json_response({"status": "ok"})

    async def readyz(_: Request) -> Response:
        parts = {name: await _look(name, check) for name, check in checks.items()}
        ready = all(part["ready"] for part in parts.values())
        return json_response({"ready": ready, "parts": parts}, 200 if ready else 503)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
    ]


async def _look(name: str, check: Check) -> dict[str, object]:
    try:
        told = await check()
    except Exception:
        # Whatever it is, it is not ready; the cause is for the log, not for the network.
        log.exception("%s is not ready", name)
        return {"ready": False}
    return {"ready": True} if told is None else {"ready": True, "detail": told}
