"""A process of its own that writes, says what it wrote, and waits to be killed:
`python -m tests.store.writer URL`."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from gateway.clock import system_clock
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from gateway.tenants.records import tenants

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def write_records(url: str) -> None:
    """A line on stdout is an acknowledgement: what it names was committed before."""
    records = open_records(url)
    for number in range(1_000_000):
        row = {"tenant_id": f"t{number}", "name_ja": "架空市", "name_en": "Kaku", "created_at": NOW}
        async with records.writing() as connection:
            await connection.execute(tenants.insert().values(**row))
        print(row["tenant_id"], flush=True)  # noqa: T201


async def keep_a_code() -> None:
    moments = MemoryMoments(system_clock)
    await moments.put("code", "a", b"grant", timedelta(minutes=5))
    print("kept", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(keep_a_code() if sys.argv[1] == "memory:" else write_records(sys.argv[1]))
