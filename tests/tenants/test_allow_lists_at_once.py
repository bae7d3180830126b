"""Allow-lists on either store: many change the same list at once, and it stays one list."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from gateway.errors import Conflict, NoSuchThing
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.allow_lists import (
    AllowLists,
    add_network,
    list_networks,
    remove_network,
)
from gateway.tenants.records import tenants
from gateway.web.networks import parse_address

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TENANTS = (None, "hanasaki")


@pytest.fixture(params=["sqlite", pytest.param("postgres_url", marks=pytest.mark.servers)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    on_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/x.db" if on_file else request.getfixturevalue(request.param)
    await migrate(url)
    records = open_records(url)
    async with records.writing() as connection:
        row = {"tenant_id": "hanasaki", "name_ja": "町", "name_en": "Town", "created_at": NOW}
        await connection.execute(tenants.insert().values(row))
    yield records
    await records.close()


@pytest.mark.parametrize("tenant_id", TENANTS)
async def test_of_many_who_add_a_network_at_once_one_does(
    store: Records, tenant_id: str | None
) -> None:
    added: list[str] = []

    async def add(number: int) -> None:
        try:
            async with store.writing() as connection:
                note = f"number {number}"
                await add_network(connection, tenant_id, "203.0.113.0/24", note, NOW)
            added.append(note)
        except Conflict:
            pass

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(add, number)
    async with store.reading() as connection:
        kept = await list_networks(connection, tenant_id)
    assert [entry.note for entry in kept] == added


@pytest.mark.parametrize("tenant_id", TENANTS)
async def test_what_is_removed_once_is_gone_and_admits_nobody(
    store: Records, tenant_id: str | None
) -> None:
    lists, address = AllowLists(store, timedelta(seconds=5)), parse_address("203.0.113.9")
    async with store.writing() as connection:
        entry = await add_network(connection, tenant_id, "203.0.113.0/24", "", NOW)
    assert (await lists.current(NOW)).of(tenant_id, address)
    async with store.writing() as connection:
        assert await remove_network(connection, tenant_id, entry.network_id) == entry
        with pytest.raises(NoSuchThing):
            await remove_network(connection, tenant_id, entry.network_id)
        assert await list_networks(connection, tenant_id) == []
    lists.forget()
    assert not (await lists.current(NOW)).anyone(address)
