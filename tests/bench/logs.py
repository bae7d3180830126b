"""The kept logs: sealing and verifying 100,000 entries, searching among 1,000,000; on SQLite."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from gateway.audit.heads import public_keys
from gateway.audit.model import LogKind, Outcome
from gateway.audit.records import log_entries
from gateway.audit.sealing import Sealing
from gateway.audit.search import LogQuery, count_by_day, search
from gateway.audit.verify import verify
from gateway.keys.key_store import read_keys
from gateway.keys.master import MasterKey
from gateway.keys.signing import SigningKeys
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records

_SEALED, _SEARCHED, _CHUNK = 100_000, 1_000_000, 20_000
_TENANTS, _RESIDENTS, _ADDRESSES = 20, 50_000, 30_000
_LARGEST = "tenant-0"
_SPAN = timedelta(days=365)
_TIMES = 5


def log_facts(folder: Path, now: datetime) -> dict[str, float]:
    """Seconds of sealing and verifying, milliseconds of the slowest searches."""
    return asyncio.run(_measure(f"sqlite:///{folder}/logs.db", now))


async def _measure(url: str, now: datetime) -> dict[str, float]:
    await migrate(url)
    records = open_records(url)
    try:
        await _fill(records, 0, _SEALED, now)
        facts = await _sealing_facts(records, now)
        await _fill(records, _SEALED, _SEARCHED, now)
        return {**facts, **await _search_facts(records, now)}
    finally:
        await records.close()


async def _sealing_facts(records: Records, now: datetime) -> dict[str, float]:
    master = MasterKey(bytes(32))
    signing_keys = SigningKeys(records, master, timedelta(minutes=1))
    await signing_keys.ensure(now)
    keys = public_keys([key.public_jwk for key in await read_keys(records, master)])
    return {
        "sealing 100,000 log entries, s": await _seconds(
            lambda: Sealing(records, signing_keys).seal(now)
        ),
        "verifying them, s": await _seconds(lambda: verify(records, keys)),
    }


async def _search_facts(records: Records, now: datetime) -> dict[str, float]:
    async with records.reading() as connection:

        async def slowest(queries: tuple[LogQuery, ...]) -> float:
            searches = [partial(search, connection, query) for query in queries]
            return 1_000 * max([await _median_seconds(work) for work in searches])

        def chart() -> Awaitable[object]:
            deeds = ("resident.signed_in", "card.verified")
            month = now - timedelta(days=30)
            return count_by_day(connection, tenant_id=_LARGEST, deeds=deeds, since=month, until=now)

        return {
            "log search in 1,000,000 entries, the slowest indexed, ms": await slowest(
                _indexed(now)
            ),
            "log search that finds nothing and has no index, ms": await slowest(_WALKS),
            "30 days of the largest tenant counted, ms": 1_000 * await _median_seconds(chart),
        }


async def _fill(records: Records, start: int, end: int, now: datetime) -> None:
    rows = (_row(number, now - _SPAN * (1 - number / _SEARCHED)) for number in range(start, end))
    while chunk := list(itertools.islice(rows, _CHUNK)):
        async with records.writing() as connection:
            await connection.execute(log_entries.insert(), chunk)


def _row(number: int, at: datetime) -> Mapping[str, object]:
    """Half of all in one tenant, one in a thousand by an operator."""
    tenant = 0 if number % 2 else number // 2 % _TENANTS
    by_operator = number % 1_000 == 0
    return {
        "at": at,
        "kind": LogKind.OPERATION if by_operator else LogKind.AUTHENTICATION,
        "deed": "service.changed" if by_operator else "resident.signed_in",
        "outcome": Outcome.REFUSED if number % 50 == 0 else Outcome.DONE,
        "actor": f"operator:{number // 1_000 % 40}" if by_operator else "resident",
        "tenant_id": f"tenant-{tenant}",
        "client_id": f"client-{tenant}-{number % 5}",
        "resident": f"resident-{number * 7_919 % _RESIDENTS}",
        "address": f"2001:db8::{number * 104_729 % _ADDRESSES:x}",
        "request_id": f"{number:016x}",
        "detail": {"acr": "urn:genkan:acr:card-authentication"},
    }


def _indexed(now: datetime) -> tuple[LogQuery, ...]:
    since, until = now - timedelta(days=200), now - timedelta(days=170)
    deep = _SEARCHED // 3
    return (
        LogQuery(of_tenant=None),
        LogQuery(of_tenant=None, after_entry=deep),
        LogQuery(of_tenant=None, since=since, until=until),
        LogQuery(of_tenant=None, request_id=f"{4_242:016x}"),
        LogQuery(of_tenant=_LARGEST),
        LogQuery(of_tenant=_LARGEST, after_entry=deep),
        LogQuery(of_tenant=_LARGEST, since=since, until=until),
        LogQuery(of_tenant=_LARGEST, actor="resident"),
        LogQuery(of_tenant=_LARGEST, actor="operator:7"),
        LogQuery(of_tenant=_LARGEST, client_id="client-0-1", since=since, until=until),
        LogQuery(of_tenant=_LARGEST, resident="resident-77"),
        LogQuery(of_tenant=_LARGEST, address="2001:db8::1f"),
    )


_WALKS = (
    LogQuery(of_tenant=None, kinds=(LogKind.EVENT,)),
    LogQuery(of_tenant=_LARGEST, deed="service.deleted"),
    LogQuery(of_tenant=_LARGEST, outcome=Outcome.FAILED),
)


async def _median_seconds(work: Callable[[], Awaitable[object]]) -> float:
    return statistics.median([await _seconds(work) for _ in range(_TIMES)])


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await work()
    return time.monotonic() - began
