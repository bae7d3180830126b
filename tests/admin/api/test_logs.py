"""All six logs as one search: whole pages, nobody else's lines, and the search itself is logged."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.admin.api.log_lines import Logs, all_lines
from gateway.admin.api.logs import LogFilter, query_of
from gateway.audit.model import LogKind, Outcome
from gateway.audit.sealing import Sealing
from gateway.operators.model import Role
from tests.admin.api.log_book import entry, line, write, write_lines
from tests.support.gateway import NOW
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
LOGS, OF_TENANT = f"{API}/logs", f"{API}/tenants/hanasaki/logs"
SECOND = timedelta(seconds=1)


async def found(desk: httpx2.AsyncClient, path: str = LOGS, **asked: Any) -> list[dict[str, Any]]:
    answer = await desk.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_entries_and_lines_come_newest_first(office: Office) -> None:
    await write(office, entry(NOW, 1), entry(NOW - 2 * SECOND, 3))
    write_lines(office, line(NOW - 3 * SECOND, 4), line(NOW - SECOND, 2))
    auditor = await office.operator(Role.AUDITOR)
    async with office.at_desk(auditor) as desk:
        items = await found(desk)
    assert [(item["kind"], item["detail"]["level"]) for item in items] == [
        ("authentication", "1"),
        ("access", "2"),
        ("authentication", "3"),
        ("access", "4"),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_pages_lose_nothing_and_double_nothing_where_many_share_an_instant(
    office: Office, limit: int
) -> None:
    times = [NOW, NOW, NOW, NOW - SECOND, NOW - 2 * SECOND, NOW - 2 * SECOND, NOW - 2 * SECOND]
    await write(office, *(entry(at, number) for number, at in enumerate(times)))
    write_lines(office, *(line(at, 10 + number) for number, at in enumerate(times)))
    auditor = await office.operator(Role.AUDITOR)
    seen: list[str] = []
    async with office.at_desk(auditor) as desk:
        asked: dict[str, Any] = {"limit": limit, "until": _after(NOW)}
        for _ in range(len(times)):
            page = (await desk.get(LOGS, params=asked)).json()
            seen += [item["detail"]["level"] for item in page["items"]]
            if page["next"] is None:
                break
            asked["until"] = page["next"]
    assert page["next"] is None
    assert sorted(seen, key=int) == [*map(str, range(7)), *map(str, range(10, 17))]


async def test_everything_is_read_once_and_in_order_however_much_it_is(office: Office) -> None:
    moments = [NOW - timedelta(milliseconds=number) for number in range(1200)]
    await write(office, *(entry(at, 2 * number) for number, at in enumerate(moments)))
    half = timedelta(microseconds=500)
    write_lines(office, *(line(at - half, 2 * n + 1) for n, at in reversed([*enumerate(moments)])))
    query = query_of(LogFilter(until=NOW + SECOND), None)
    provider = office.gateway.provider
    logs = Logs(provider.records, Path(provider.settings.audit.directory))
    portions = [portion async for portion in all_lines(logs, query)]
    numbers = [int(each.detail["level"]) for portion in portions for each in portion]
    assert numbers == list(range(2400))
    assert max(map(len, portions)) == 500


async def test_a_tenant_finds_its_own_and_nobody_elses_whatever_it_asks_for(office: Office) -> None:
    await write(
        office, entry(NOW, 1), entry(NOW, 2, tenant_id="minato"), entry(NOW, 3, tenant_id=None)
    )
    write_lines(
        office,
        line(NOW - SECOND, 4),
        line(NOW - SECOND, 5, tenant_id="hanasaki"),
        line(NOW - SECOND, 6, tenant_id="minato"),
    )
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        own = await found(desk, OF_TENANT)
        for asked in ({"tenant_id": "minato"}, {"request_id": f"{2:016x}"}, {"kind": "error"}):
            assert await found(desk, OF_TENANT, **asked) == []
        other = await desk.get(f"{API}/tenants/minato/logs")
        whole = await desk.get(LOGS)
    assert [item["detail"]["level"] for item in own] == ["1", "5"]
    assert (other.status_code, whole.status_code) == (404, 403)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "access"}, ["3"]),
        ({"outcome": "refused"}, ["2"]),
        ({"deed": "card.refused"}, ["2"]),
        ({"actor": "client:counter"}, ["2"]),
        ({"address": "203.0.113.80"}, ["2", "3"]),
        ({"request_id": f"{3:016x}"}, ["3"]),
        ({"client_id": "counter"}, ["2"]),
        ({"resident": "a-pseudonym"}, ["1"]),
        ({"since": "2026-11-21T18:00:00+09:00"}, ["1"]),
        ({"until": "2026-11-21T08:59:59Z"}, ["3"]),
    ],
)
async def test_every_field_narrows(
    office: Office, asked: dict[str, str], expected: list[str]
) -> None:
    refused = {
        "deed": "card.refused",
        "outcome": Outcome.REFUSED,
        "actor": "client:counter",
        "client_id": "counter",
        "address": "203.0.113.80",
    }
    await write(office, entry(NOW, 1, resident="a-pseudonym"), entry(NOW - SECOND, 2, **refused))
    write_lines(office, line(NOW - 2 * SECOND, 3, address="203.0.113.80"))
    auditor = await office.operator(Role.AUDITOR)
    async with office.at_desk(auditor) as desk:
        items = await found(desk, **asked)
    assert [item["detail"]["level"] for item in items] == expected


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "gossip"}, 400),
        ({"since": "2026-11-21T18:00:00"}, 400),
        ({"since": "yesterday"}, 400),
        ({"until": "0001-01-01T00:00:00+09:00"}, 422),
        ({"until": "9999-12-31T23:59:59-09:00"}, 422),
        ({"limit": "0"}, 400),
        ({"limit": "401"}, 400),
        ({"actor": "x" * 129}, 400),
        ({"name": "花子"}, 400),
    ],
)
async def test_what_is_no_search_is_refused_and_not_logged(
    office: Office, asked: dict[str, str], status: int
) -> None:
    auditor = await office.operator(Role.AUDITOR)
    async with office.at_desk(auditor) as desk:
        assert (await desk.get(LOGS, params=asked)).status_code == status
        assert await office.log("log.searched") == []
        assert (await desk.get(LOGS)).status_code == 200


async def test_the_search_is_logged_with_what_was_asked_by_and_not_with_its_values(
    office: Office,
) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        await found(desk, OF_TENANT, resident="a-pseudonym", limit=7)
    (searched,) = await office.log("log.searched")
    assert searched.detail == {"by": "resident"}
    assert (searched.kind, searched.tenant_id) == (LogKind.OPERATION, "hanasaki")


async def test_whoever_acted_is_named_to_the_tenant_whose_log_it_is(office: Office) -> None:
    boss = await office.operator()
    own = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    actors = [f"operator:{one.operator_id}" for one in (boss, own)]
    await write(
        office,
        entry(NOW, actor=actors[0], detail={"operator": auditor.operator_id}),
        entry(NOW, actor=actors[1]),
    )
    async with office.at_desk(auditor) as desk:
        told = (await desk.get(OF_TENANT)).json()["operators"]
    async with office.at_desk(boss) as desk:
        whole = (await desk.get(LOGS)).json()["operators"]
    assert told == {
        own.operator_id: "administrator (administrator@hanasaki)",
        auditor.operator_id: "auditor (auditor@hanasaki)",
        boss.operator_id: "administrator (administrator@platform)",
    }
    assert whole == told


async def test_how_far_the_log_is_sealed_is_told_to_each_of_their_own(office: Office) -> None:
    provider = office.gateway.provider
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        before = (await desk.get(f"{OF_TENANT}/seals")).json()
        assert before == {"seal_id": None, "sealed_at": None, "sealed_through": None, "unsealed": 0}
        await write(office, entry(NOW))
        assert await Sealing(provider.records, provider.keys).seal(NOW) is not None
        await write(office, entry(NOW), entry(NOW, tenant_id="minato"))
        after = (await desk.get(f"{OF_TENANT}/seals")).json()
    assert (after["seal_id"], after["sealed_at"]) == (1, "2026-11-21T09:00:00Z")
    assert (after["sealed_through"], after["unsealed"]) == (1, 1)


def _after(at: datetime) -> str:
    return (at + SECOND).isoformat()
