"""/healthz: the process answers. /readyz: it could let a resident in, and if not, why not."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import NotReadyError
from gateway.web.json import json_response

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """Something the gateway stands on. `check` returns what there is to tell, or raises."""

    name: str
    check: Callable[[], Awaitable[str | None]]
    required: bool = True
    """Whether the gateway is out of service without it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a part found."""

    ready: bool
    detail: str | None


def health_routes(parts: Sequence[Part]) -> list[Route]:
    async def healthz(_: Request) -> Response:
        return json_response({"status": "ok"})

    async def readyz(_: Request) -> Response:
        found = {part.name: await look(part) for part in parts}
        ready = all(found[part.name].ready for part in parts if part.required)
        told = {name: _told(each) for name, each in found.items()}
        return json_response({"ready": ready, "parts": told}, 200 if ready else 503)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
    ]


async def look(part: Part) -> Found:
    try:
        return Found(ready=True, detail=await part.check())
    except NotReadyError as found:
        return Found(ready=False, detail=str(found))
    except Exception:
        # Whatever it is, it is not ready; the cause is for the log, not for the network.
        log.exception("%s is not ready", part.name)
        return Found(ready=False, detail=None)


def _told(found: Found) -> dict[str, object]:
    ready: dict[str, object] = {"ready": found.ready}
    return ready if found.detail is None else {**ready, "detail": found.detail}
