"""Two workers over the same stores, and many requests that reach them at the same moment."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import httpx2
import msgspec

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.card.documents.apart import Apart
from gateway.commands.store_commands import initialise
from gateway.settings import Settings, Store
from gateway.store.api import Moments
from gateway.store.memory import MemoryMoments
from gateway.store.moments import open_moments
from gateway.store.records import open_records
from gateway.web.outgoing import Outgoing
from tests.support.gateway import NOW, Gateway, MovableClock, settings_in
from tests.support.relying_party import RelyingParty
from tests.support.service_hosts import ServiceHosts

AT_ONCE = 20
Call = Callable[[Gateway], Awaitable[httpx2.Response]]


@dataclass(slots=True)
class Workers:
    """Whatever is registered at the first is known to the others."""

    each: Sequence[Gateway]

    @property
    def first(self) -> Gateway:
        return self.each[0]

    def party_at(self, worker: Gateway, party: RelyingParty) -> RelyingParty:
        return replace(party, gateway=worker)

    async def at_once(self, call: Call, many: int = AT_ONCE) -> list[httpx2.Response]:
        """By turns at each worker."""
        answers: list[httpx2.Response] = []

        async def one(worker: Gateway) -> None:
            answers.append(await call(worker))

        async with anyio.create_task_group() as group:
            for number in range(many):
                group.start_soon(one, self.each[number % len(self.each)])
        return answers


@asynccontextmanager
async def alone(folder: Path, template: Path) -> AsyncIterator[Workers]:
    """One worker, which holds its moments itself."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    clock = MovableClock()
    async with _worker(settings_in(folder), MemoryMoments(clock), clock) as worker:
        yield Workers([worker])


@asynccontextmanager
async def together(
    folder: Path, template: Path, postgres_url: str, redis_url: str
) -> AsyncIterator[Workers]:
    """Two, each with connections of its own."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    store = Store(records=postgres_url, moments=redis_url)
    settings = msgspec.structs.replace(settings_in(folder), store=store)
    await initialise(settings, NOW)
    clock, secrets = MovableClock(), dict[str, str]()
    async with AsyncExitStack() as closing:
        workers = []
        for _ in range(2):
            moments = open_moments(redis_url, clock)
            closing.push_async_callback(moments.close)
            worker = await closing.enter_async_context(_worker(settings, moments, clock))
            worker.secrets = secrets
            workers.append(worker)
        yield Workers(workers)


@asynccontextmanager
async def _worker(
    settings: Settings, moments: Moments, clock: MovableClock
) -> AsyncIterator[Gateway]:
    records, hosts = open_records(settings.store.records), ServiceHosts()
    try:
        async with Apart() as apart:
            outgoing = Outgoing(hosts)
            app = await create_app(
                settings, records, moments, clock, apart=apart, outgoing=outgoing
            )
            provider = await make_provider(settings, records, moments, clock, outgoing=outgoing)
            yield Gateway(app, provider, clock, hosts=hosts)
    finally:
        await records.close()
