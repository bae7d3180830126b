"""SIGKILL in the middle of the work: what was acknowledged is there when it is started again."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.clock import system_clock
from gateway.errors import StoreError
from gateway.store.api import Records, Redeemed, Replayed
from gateway.store.migrate import migrate
from gateway.store.moments import open_moments
from gateway.store.records import open_records
from gateway.tenants.records import tenants
from tests.store.writer import NOW
from tests.support.servers import PostgresServer, RedisServer, running

LONG = timedelta(minutes=5)
ENOUGH = 40
"""So many commits, and then the end."""

pytestmark = pytest.mark.anyio


@contextmanager
def writer(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.writer", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def remaining(process: subprocess.Popen[str]) -> list[str]:
    """A line that was cut off is no acknowledgement."""
    assert process.stdout is not None
    return [line.strip() for line in process.stdout if line.endswith("\n")]


async def tenant_ids(records: Records) -> set[str]:
    async with records.reading() as connection:
        return set((await connection.execute(sa.select(tenants.c.tenant_id))).scalars())


async def test_sqlite_keeps_what_a_killed_process_had_committed(sqlite_url: str) -> None:
    await migrate(sqlite_url)
    with writer(sqlite_url) as process:
        acknowledged = lines(process, ENOUGH)
        process.kill()
        acknowledged += remaining(process)
    records = open_records(sqlite_url)
    await records.check()
    kept = await tenant_ids(records)
    assert set(acknowledged) <= kept
    # The one whose commit came through before its line did.
    assert len(kept) <= len(acknowledged) + 1
    async with records.reading() as connection:
        found = await connection.execute(sa.text("PRAGMA integrity_check"))
        assert found.scalar_one() == "ok"
    await records.close()


async def add_tenants(
    records: Records, name: str, acknowledged: set[str], enough: asyncio.Event
) -> None:
    while True:
        row = {"tenant_id": f"{name}{len(acknowledged)}", "name_ja": "架空市", "name_en": "Kaku"}
        async with records.writing() as connection:
            await connection.execute(tenants.insert().values(**row, created_at=NOW))
        acknowledged.add(row["tenant_id"])
        if len(acknowledged) >= ENOUGH:
            enough.set()


@pytest.mark.servers
async def test_postgresql_keeps_what_it_had_committed_and_is_found_again() -> None:
    acknowledged: set[str] = set()
    enough = asyncio.Event()
    with running(PostgresServer) as server:
        url = server.new_database()
        await migrate(url)
        records = open_records(url)
        writers = [
            asyncio.create_task(add_tenants(records, name, acknowledged, enough)) for name in "abc"
        ]
        await enough.wait()
        server.kill()
        ends = await asyncio.gather(*writers, return_exceptions=True)
        assert all(isinstance(end, sa.exc.DBAPIError | OSError) for end in ends), ends
        server.start()
        assert acknowledged <= await tenant_ids(records)
        await records.check()
        await records.close()


@pytest.mark.servers
async def test_redis_keeps_what_it_had_answered_and_is_found_again() -> None:
    with running(RedisServer) as server:
        moments = open_moments(server.empty(), system_clock)
        await moments.put("code", "unused", b"grant", LONG)
        await moments.put("code", "used", b"grant", LONG)
        await moments.put("challenge", "taken", b"value", LONG)
        assert await moments.redeem("code", "used", LONG) == Redeemed(b"grant")
        assert await moments.take("challenge", "taken") == b"value"
        assert await moments.claim("jti", "a", LONG)
        server.kill()
        server.start()
        assert await moments.redeem("code", "unused", LONG) == Redeemed(b"grant")
        assert await moments.redeem("code", "used", LONG) == Replayed(b"grant")
        assert await moments.take("challenge", "taken") is None
        assert not await moments.claim("jti", "a", LONG)
        await moments.close()


@pytest.mark.servers
async def test_stores_that_are_gone_do_not_pass_their_check() -> None:
    with running(RedisServer) as redis, running(PostgresServer) as postgres:
        moments = open_moments(redis.empty(), system_clock)
        url = postgres.new_database()
        await migrate(url)
        records = open_records(url)
        await moments.check()
        await records.check()
        redis.stop()
        postgres.stop()
        with pytest.raises(StoreError, match=r"^store\.moments: "):
            await moments.check()
        with pytest.raises(StoreError, match=r"^store\.records: "):
            await records.check()
        await moments.close()
        await records.close()


async def test_moments_in_memory_end_with_their_process() -> None:
    with writer("memory:") as process:
        assert lines(process, 1) == ["kept"]
    moments = open_moments("memory:", system_clock)
    assert await moments.redeem("code", "a", LONG) is None
    await moments.close()
