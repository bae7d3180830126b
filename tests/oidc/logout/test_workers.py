"""Two processes over one PostgreSQL, and a service that answers over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from gateway.assembly import make_provider
from gateway.audit.model import Origin
from gateway.commands.store_commands import initialise
from gateway.login.session import Session
from gateway.oidc.logout.deliveries import Notice, add_notices
from gateway.oidc.provider import Provider
from gateway.settings import Store
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from gateway.tenants.model import ClientKind, Tenant
from tests.support.gateway import NOW, MovableClock, service_metadata, settings_in
from tests.support.log import logged_in
from tests.support.relying_party import payload

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@dataclass(slots=True)
class HttpService:
    """Reads one request of each connection, and answers it."""

    subs: list[str] = field(default_factory=list)
    status: str = "204 No Content"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        form = parse_qs((await reader.readexactly(length)).decode())
        self.subs.append(payload(form["logout_token"][0])["sub"])
        writer.write(f"HTTP/1.1 {self.status}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def service() -> AsyncIterator[tuple[HttpService, str]]:
    service = HttpService()
    async with await asyncio.start_server(service.answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield service, f"http://127.0.0.1:{port}/sign-out"


@pytest.fixture
async def workers(
    tmp_path: Path, postgres_url: str, service: tuple[HttpService, str]
) -> AsyncIterator[list[Provider]]:
    """Each with connections and memory of its own."""
    settings = msgspec.structs.replace(settings_in(tmp_path), store=Store(records=postgres_url))
    await initialise(settings, NOW)
    clock = MovableClock()
    async with AsyncExitStack() as closing:
        workers = []
        for _ in range(2):
            records = open_records(postgres_url)
            closing.push_async_callback(records.close)
            worker = await make_provider(settings, records, MemoryMoments(clock), clock)
            closing.push_async_callback(worker.outgoing.aclose)
            closing.push_async_callback(worker.sign_out.back_channel.aclose)
            workers.append(worker)
        clients = workers[0].clients
        await clients.register_tenant(Tenant("hanasaki", "花咲町", "Hanasaki"), NOW)
        metadata = service_metadata("health", backchannel_logout_uri=service[1])
        await clients.register(ClientKind.SERVICE, "health", "hanasaki", metadata, NOW)
        yield workers


async def test_each_is_told_once_whoever_comes_first(
    workers: list[Provider], service: tuple[HttpService, str]
) -> None:
    notices = [Notice("health", f"sub-{number}", None, "pseudonym") for number in range(100)]
    async with workers[0].records.writing() as connection:
        await add_notices(connection, notices, NOW)
    rounds = [worker.sign_out.once() for worker in workers for _ in range(3)]
    await asyncio.gather(*rounds)
    assert sorted(service[0].subs) == sorted(notice.sub for notice in notices)


async def test_a_refusal_over_http_is_in_the_log(
    workers: list[Provider], service: tuple[HttpService, str]
) -> None:
    service[0].status = "503 Service Unavailable"
    async with workers[0].records.writing() as connection:
        await add_notices(connection, [Notice("health", "sub", None, "pseudonym")], NOW)
    await workers[1].sign_out.once()
    (entry,) = await logged_in(workers[0].records, "logout.not_obeyed")
    assert entry.detail == {"tries": "1", "reason": "status_503"}


async def test_a_sign_in_ends_once_in_whichever_worker(workers: list[Provider]) -> None:
    session = Session("s" * 64, "r" * 32, NOW, "acr", (), NOW)
    origin = Origin("resident")
    await asyncio.gather(
        *(worker.sign_out.of_session(session, origin, NOW) for worker in workers for _ in range(5))
    )
    assert len(await logged_in(workers[0].records, "resident.signed_out")) == 1
