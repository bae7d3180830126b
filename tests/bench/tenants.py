"""The hot path's client look-up, among one tenant and among 10,000: every thread's CPU counted."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.keys.hashing import KeyedHash
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.clients import Clients
from tests.bench.measure import Operation, own_cpu
from tests.tenants.many import add_tenants, client_of

MANY = 10_000
# Neighbours in the list are none in the index: each look goes to another page of it.
_STRIDE = 6_151


@contextmanager
def tenant_operations(folder: Path, count: int) -> Iterator[tuple[Operation, Operation]]:
    """Among one tenant, among many."""
    with (
        asyncio.Runner() as runner,
        looking(runner, folder / "one-tenant", 1) as one,
        looking(runner, folder / "many-tenants", MANY) as many,
    ):
        yield (
            Operation("client look-up, 1 tenant", one, count),
            Operation(f"client look-up, {MANY:,} tenants", many, count),
        )


def tenant_ratio(one: Operation, many: Operation) -> float:
    return many.cpu_microseconds / one.cpu_microseconds


@contextmanager
def looking(runner: asyncio.Runner, folder: Path, tenants: int) -> Iterator[Callable[[int], float]]:
    url = f"sqlite:///{folder}/genkan.db"
    runner.run(migrate(url))
    records = open_records(url)
    clients = Clients(records, KeyedHash(bytes(32)))

    async def look(times: int) -> None:
        for number in range(times):
            client_id = client_of(number * _STRIDE % tenants)
            assert await clients.find(client_id) is not None, client_id

    try:
        runner.run(add_tenants(records, tenants))
        yield lambda times: own_cpu(lambda: runner.run(look(times)))
    finally:
        runner.run(records.close())
