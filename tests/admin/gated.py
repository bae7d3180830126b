"""A small site with the operators' door in it, behind the gate, and somebody to ask it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Scope

from gateway.admin.gate import IpGate, Refusals
from gateway.audit.log import AuditLog
from gateway.audit.records import log_entries
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records
from gateway.store.memory import MemoryMoments
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.allow_lists import AllowLists, add_network
from gateway.web.arrival import Arrivals
from gateway.web.networks import Networks, parse_network
from tests.support.gateway import MovableClock

PROXY, HALL, STRANGER = "10.0.0.1", "203.0.113.9", "198.51.100.7"
RELOAD = timedelta(seconds=5)


@dataclass
class Answer:
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    was_read: bool = False


async def ask(app: ASGIApp, path: str, peer: str | None = STRANGER, **scope: Any) -> Answer:
    """As a server hands a request over: the path is decoded."""
    answer = Answer()

    async def receive() -> Message:
        answer.was_read = True
        return {"type": "http.request", "body": b"secret", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], message["headers"]
        answer.body += message.get("body", b"")

    client = None if peer is None else (peer, 4711)
    whole: Scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": client}
    await app({**whole, "query_string": b"", "root_path": "", **scope}, receive, send)
    return answer


class Inside:
    """What lies behind the gate, and beside it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        paths = ("/", "/authorize", "/metrics", "/admin", "/admin/api/v1/{rest:path}")
        self.app = Starlette(
            routes=[
                *(Route(path, self.answer) for path in paths),
                Mount("/admin", routes=[Route("/{rest:path}", self.answer)]),
                *(Route(path, self.answer) for path in ("/administration", "/metrics2", "/ADMIN")),
            ]
        )

    async def answer(self, request: Request) -> Response:
        self.reached.append(request.scope["path"])
        return PlainTextResponse("inside")


@dataclass
class Gated:
    records: Records
    lists: AllowLists
    clock: MovableClock
    refusals: Refusals
    counted: list[int]
    """One for every refusal."""
    inside: Inside
    app: ASGIApp

    async def break_lists(self) -> None:
        async with self.records.writing() as connection:
            await connection.execute(sa.text("ALTER TABLE allowed_networks RENAME TO gone"))
        self.lists.forget()

    async def entries(self) -> list[Any]:
        async with self.records.reading() as connection:
            return [*await connection.execute(sa.select(log_entries))]


@asynccontextmanager
async def open_gated(folder: Path) -> AsyncIterator[Gated]:
    url = f"sqlite:///{folder}/genkan.db"
    await migrate(url)
    records, clock, inside = open_records(url), MovableClock(), Inside()
    async with records.writing() as connection:
        await add_network(connection, None, "203.0.113.0/24", "", clock())
    lists = AllowLists(records, RELOAD)
    audit = AuditLog(records, KeyedHash(b"k" * 32))
    counted: list[int] = []
    refusals = Refusals(audit, MemoryMoments(clock), clock, lambda: counted.append(1))
    gate = IpGate(inside.app, lists, clock, refusals)
    app = Arrivals(gate, Networks([parse_network(PROXY)]))
    yield Gated(records, lists, clock, refusals, counted, inside, app)
    await records.close()
