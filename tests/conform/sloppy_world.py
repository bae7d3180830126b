"""One gateway and the sloppy service, both over real HTTP, for all tests of the checks."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Queue

import msgspec

from gateway.app import opened_stores
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.conform.inspection import Asked, Inspection
from gateway.conform.session import Order, inspecting
from gateway.demo.check import free_ports
from gateway.server import served_here
from gateway.settings import Server, Settings
from gateway.tenants.model import ClientKind, Tenant
from tests.conform.sloppy_service import SloppyService
from tests.support.gateway import service_metadata, settings_in

CLIENT_ID = "sloppy"


@dataclass
class SloppyWorld:
    settings: Settings
    service: SloppyService
    order: Order


async def registered(folder: Path, clock: datetime) -> SloppyWorld:
    """Both addresses are free ports; nothing listens yet."""
    gateway_port, service_port = free_ports(2)
    issuer, address = (f"http://localhost:{port}" for port in (gateway_port, service_port))
    server = Server(issuer=issuer, listen_port=gateway_port)
    settings = msgspec.structs.replace(settings_in(folder), server=server)
    metadata = service_metadata(
        CLIENT_ID,
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/",),
        backchannel_logout_uri=f"{address}/back",
        frontchannel_logout_uri=f"{address}/front",
        sector_identifier="sloppy.example.test",
    )
    async with opened_stores(settings, system_clock) as (records, moments):
        clients = (await make_provider(settings, records, moments, system_clock)).clients
        await clients.register_tenant(Tenant("hanasaki", "花咲町", "Hanasaki"), clock)
        _, secret = await clients.register(
            ClientKind.SERVICE, CLIENT_ID, "hanasaki", metadata, clock
        )
    assert secret is not None
    service = SloppyService(issuer, address, CLIENT_ID, secret)
    asked = Asked(f"{address}/signin", logout=f"{address}/signout", refresh=f"{address}/refresh")
    return SloppyWorld(settings, service, Order(CLIENT_ID, asked))


@contextlib.asynccontextmanager
async def serving(world: SloppyWorld) -> AsyncIterator[None]:
    port = int(world.service.address.rpartition(":")[2])
    async with served_here(world.service.app(), "127.0.0.1", port):
        yield


@contextlib.contextmanager
def inspected(world: SloppyWorld) -> Iterator[Inspection]:
    """Both served by a thread of their own, so that a test may run checks one by one."""
    opened: Queue[Inspection | BaseException] = Queue()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def live() -> None:
        async with serving(world), inspecting(world.settings, world.order, system_clock) as found:
            opened.put(found[1])
            await over.wait()

    def run() -> None:
        try:
            loop.run_until_complete(live())
        except BaseException as error:  # noqa: BLE001 - the test that waits is told
            opened.put(error)
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    found = opened.get(timeout=30)
    if isinstance(found, BaseException):
        raise found
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=30)
