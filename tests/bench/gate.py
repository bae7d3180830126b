"""The IP gate in this process: what it costs a request with ten thousand networks on the lists."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.admin.gate import IpGate
from gateway.clock import system_clock
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.allow_lists import AllowLists
from gateway.tenants.records import allowed_networks, tenants
from gateway.web.arrival import Arrival, Arrivals
from gateway.web.networks import Networks, parse_network
from tests.bench.measure import Operation, own_cpu

NETWORKS = 10_000
PROXY = "172.16.0.1"


@contextmanager
def gate_operations(folder: Path, count: int) -> Iterator[list[Operation]]:
    """One network of each of as many tenants; half of them IPv6."""
    with asyncio.Runner() as runner:
        records = runner.run(_fill(f"sqlite:///{folder}/gate.db"))
        # Read once: a decision is what every request pays, a reload what every fifth second does.
        lists = AllowLists(records, timedelta(days=1))
        gate = IpGate(_inside, lists, system_clock, _refused)
        door = Arrivals(gate, Networks([parse_network(PROXY)]))

        def operation(name: str, address: str, status: int) -> Operation:
            def batch(times: int) -> float:
                return own_cpu(lambda: runner.run(_knock(door, address, status, times)))

            return Operation(f"IP gate, {NETWORKS:,} networks: {name}", batch, count)

        try:
            yield [
                operation("IPv4, let in", "10.9.200.7", 200),
                operation("IPv6, let in", "2001:db8:19c8::7", 200),
                operation("refused", "198.51.100.7", 403),
            ]
        finally:
            runner.run(records.close())


async def _fill(url: str) -> Records:
    await migrate(url)
    records, now = open_records(url), system_clock()
    names = [f"t{number}" for number in range(NETWORKS)]
    town = {"name_ja": "町", "name_en": "Town", "created_at": now}
    entry = {"note": "", "added_at": now}
    async with records.writing() as connection:
        await connection.execute(tenants.insert(), [{"tenant_id": name, **town} for name in names])
        await connection.execute(
            allowed_networks.insert(),
            [
                {"network_id": name, "tenant_id": name, "network": _network(number), **entry}
                for number, name in enumerate(names)
            ],
        )
    return records


def _network(number: int) -> str:
    """Gaps between them: no two can be taken together."""
    if number % 2:
        return f"2001:db8:{number - 1:x}::/48"
    return f"10.{number >> 8}.{number & 0xFF}.0/24"


async def _knock(door: ASGIApp, address: str, status: int, times: int) -> None:
    """From a browser behind the reverse proxy, to the answer's first byte."""
    statuses: set[int] = set()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    forwarded = [(b"host", b"id.example.test"), (b"x-forwarded-for", address.encode())]
    for _ in range(times):
        scope: Scope = {"type": "http", "path": "/admin/api/v1/tenants", "headers": forwarded}
        await door({**scope, "client": (PROXY, 4711)}, _receive, send)
    assert statuses == {status}


async def _inside(_: Scope, __: Receive, send: Send) -> None:
    """What lies behind it is measured elsewhere."""
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def _refused(_: Arrival, __: str) -> None:
    """Nor is the log."""


async def _receive() -> Message:
    raise AssertionError("the gate reads no body")
