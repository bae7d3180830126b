"""The card endpoints as a reader sees them, over HTTP."""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request

from gateway.card.challenge import Challenges
from gateway.card.model import Verification
from gateway.card.routes import Holder, card_routes
from gateway.store.memory import MemoryMoments
from gateway.web.arrival import Arrivals
from gateway.web.errors import exception_handlers
from gateway.web.networks import Networks
from gateway.web.pages import Pages
from tests.card.forge import der, sign_bytes
from tests.card.world import NOW, ORIGIN, Known, World, good_source

LIFETIME = timedelta(minutes=5)


@dataclass
class Door:
    """The two endpoints as a reader sees them."""

    http: httpx2.AsyncClient
    world: World
    source: Known
    challenges: Challenges
    told: list[Verification] = field(default_factory=list)

    async def challenge(self, **request: Any) -> dict[str, Any]:
        answer = await self.http.post("/card/challenges", **request)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def verification(self, **change: Any) -> httpx2.Response:
        """A good request, with these fields instead of its own."""
        made = await self.challenge()
        signed = decode(made["to_be_signed"])
        good = {
            "challenge_id": made["challenge_id"],
            "certificate": encode(der(self.world.issue("sign").certificate)),
            "signature": encode(sign_bytes(self.world.keys.card, signed)),
            "signature_encoding": "pkcs1",
        }
        fields = {key: value for key, value in {**good, **change}.items() if value is not OMITTED}
        return await self.http.post("/card/verifications", json=fields)


OMITTED = object()


def encode(value: bytes) -> str:
    return b64encode(value).decode()


def decode(text: str) -> bytes:
    assert "=" not in text
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@asynccontextmanager
async def open_door(world: World) -> AsyncIterator[Door]:
    source = good_source()
    challenges = Challenges(MemoryMoments(clock), LIFETIME)
    told: list[Verification] = []

    async def identify(request: Request) -> Holder | None:
        token = request.headers.get("authorization")
        return Holder(holder=token, origin=ORIGIN) if token else None

    async def conclude(_: Request, found: Verification) -> Mapping[str, object] | None:
        if not found.accepted:
            return None
        told.append(found)
        return {"common_id": "a resident"}

    app = Starlette(
        routes=card_routes(world.verifier(sources=[source]), challenges, identify, conclude, clock),
        exception_handlers=exception_handlers(Pages([])),
    )
    transport = httpx2.ASGITransport(Arrivals(app, Networks()))
    reader = {"authorization": "Bearer reader"}
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=reader) as http:
        yield Door(http, world, source, challenges, told)


def clock() -> datetime:
    return NOW
