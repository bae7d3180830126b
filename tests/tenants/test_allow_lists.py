"""Who is on a list, who changes it, and how soon a worker knows."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, InvalidField, NoSuchThing, StoreError
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants import allow_lists
from gateway.tenants.allow_lists import (
    AllowLists,
    Network,
    add_network,
    list_networks,
    locks_out,
    remove_network,
)
from gateway.tenants.records import allowed_networks, tenants
from gateway.web.networks import parse_address

pytestmark = pytest.mark.anyio
NOW = datetime.fromisoformat("2026-11-21T09:00:00+00:00")
RELOAD = timedelta(seconds=5)
HALL, HARBOUR = parse_address("203.0.113.9"), parse_address("2001:db8::9")


@pytest.fixture
async def store(records: Records) -> Records:
    async with records.writing() as connection:
        for tenant_id in ("hanasaki", "minato"):
            row = {"tenant_id": tenant_id, "name_ja": "町", "name_en": "Town", "created_at": NOW}
            await connection.execute(tenants.insert().values(row))
    return records


@pytest.fixture
def lists(store: Records) -> AllowLists:
    return AllowLists(store, RELOAD)


async def add(
    store: Records, network: str, tenant_id: str | None = "hanasaki", note: str = ""
) -> Network:
    async with store.writing() as connection:
        return await add_network(connection, tenant_id, network, note, NOW)


async def remove(store: Records, network: Network, tenant_id: str | None = "hanasaki") -> Network:
    async with store.writing() as connection:
        return await remove_network(connection, tenant_id, network.network_id)


async def shown(store: Records, tenant_id: str | None = "hanasaki") -> list[Network]:
    async with store.reading() as connection:
        return await list_networks(connection, tenant_id)


async def change_state(store: Records, tenant_id: str, state: str) -> None:
    async with store.writing() as connection:
        own = tenants.c.tenant_id == tenant_id
        await connection.execute(tenants.update().where(own).values(state=state))


async def test_an_entry_is_kept_in_its_canonical_form_and_shown_on_its_own_list(
    store: Records,
) -> None:
    added = await add(store, "::ffff:203.0.113.0/120", note="花咲町　役場")
    assert (added.network, added.note, added.added_at) == ("203.0.113.0/24", "花咲町　役場", NOW)
    assert await shown(store) == [added]
    assert await shown(store, "minato") == await shown(store, None) == []


async def test_the_platforms_list_is_a_list_of_its_own(store: Records) -> None:
    platform, tenant = await add(store, "192.0.2.0/24", None), await add(store, "192.0.2.0/24")
    assert platform.network_id != tenant.network_id
    assert (await shown(store, None), await shown(store)) == ([platform], [tenant])


@pytest.mark.parametrize("network", ["", "203.0.113.1/24", "0.0.0.0/0", "<b>", "203.0.113.0/24\0"])
async def test_a_malformed_network_is_refused_by_name_and_not_kept(
    store: Records, network: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        await add(store, network)
    assert refused.value.field == "network"
    assert not network or network not in str(refused.value)
    assert await shown(store) == []


@pytest.mark.parametrize("note", ["a\nb", "\0", "\u202e", "\ud800", "x" * 201])
async def test_a_note_is_one_line_of_what_can_be_seen(store: Records, note: str) -> None:
    with pytest.raises(InvalidField) as refused:
        await add(store, "203.0.113.0/24", note=note)
    assert refused.value.field == "note"
    assert await shown(store) == []
    await add(store, "203.0.113.0/24", note="x" * 200)


@pytest.mark.parametrize("tenant_id", ["nowhere", "", "HANASAKI", "hanasaki\0", "\ud800"])
async def test_a_tenant_that_is_not_there_has_no_list(store: Records, tenant_id: str) -> None:
    with pytest.raises(NoSuchThing):
        await add(store, "203.0.113.0/24", tenant_id)
    with pytest.raises(NoSuchThing):
        await shown(store, tenant_id)
    assert await shown(store, None) == []


async def test_the_same_network_twice_is_a_conflict_however_it_is_written(store: Records) -> None:
    first = await add(store, "203.0.113.7")
    for again in ("203.0.113.7/32", "::ffff:203.0.113.7"):
        with pytest.raises(Conflict):
            await add(store, again, note="again")
    assert await shown(store) == [first]
    await add(store, "203.0.113.7", None)
    await add(store, "203.0.113.7", "minato")


async def test_a_list_does_not_grow_without_end(
    store: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allow_lists, "MAX_NETWORKS", 2)
    kept = [await add(store, "203.0.113.7"), await add(store, "203.0.113.8")]
    with pytest.raises(Conflict):
        await add(store, "203.0.113.9")
    assert sorted(await shown(store), key=lambda entry: entry.network) == kept
    await add(store, "203.0.113.9", "minato")


async def test_an_entry_is_removed_and_can_come_back(store: Records) -> None:
    added, other = await add(store, "203.0.113.0/24"), await add(store, "192.0.2.0/24")
    assert await remove(store, added) == added
    assert await shown(store) == [other]
    with pytest.raises(NoSuchThing):
        await remove(store, added)
    assert await add(store, "203.0.113.0/24") == added


@pytest.mark.parametrize("tenant_id", ["minato", None, "nowhere"])
async def test_nobody_removes_an_entry_of_another_list(
    store: Records, tenant_id: str | None
) -> None:
    added = await add(store, "203.0.113.0/24")
    with pytest.raises(NoSuchThing):
        await remove(store, added, tenant_id)
    assert await shown(store) == [added]


@pytest.mark.parametrize("network_id", ["", "x", "0" * 32, "0" * 10_000, "\0", "\ud800", "%"])
async def test_an_id_that_is_nobodys_removes_nothing(store: Records, network_id: str) -> None:
    added = await add(store, "203.0.113.0/24")
    with pytest.raises(NoSuchThing):
        await remove(store, replace(added, network_id=network_id))
    assert await shown(store) == [added]


async def test_an_empty_list_admits_nobody(lists: AllowLists) -> None:
    admission = await lists.current(NOW)
    assert not admission.anyone(HALL)
    for tenant_id in (None, "hanasaki", "nowhere"):
        assert not admission.of(tenant_id, HALL)


async def test_each_list_admits_its_own_and_the_door_opens_for_all_of_them(
    store: Records, lists: AllowLists
) -> None:
    await add(store, "203.0.113.0/24")
    await add(store, "2001:db8::/64", None)
    admission = await lists.current(NOW)
    assert admission.anyone(HALL)
    assert admission.anyone(HARBOUR)
    assert not admission.anyone(parse_address("203.0.114.9"))
    assert [admission.of(whose, HALL) for whose in ("hanasaki", "minato", None)] == [
        *(True, False, False)
    ]
    assert [admission.of(whose, HARBOUR) for whose in ("hanasaki", "minato", None)] == [
        *(False, False, True)
    ]


@pytest.mark.parametrize("state", ["suspended", "deleted", "ended", "something new"])
async def test_only_an_active_tenants_list_admits(
    store: Records, lists: AllowLists, state: str
) -> None:
    await add(store, "203.0.113.0/24")
    await change_state(store, "hanasaki", state)
    admission = await lists.current(NOW)
    assert not admission.anyone(HALL)
    assert not admission.of("hanasaki", HALL)
    await change_state(store, "hanasaki", "active")
    lists.forget()
    assert (await lists.current(NOW)).of("hanasaki", HALL)


async def test_another_workers_change_is_seen_when_the_copy_is_old(
    store: Records, lists: AllowLists
) -> None:
    added = await add(store, "203.0.113.0/24")
    assert (await lists.current(NOW)).anyone(HALL)
    await remove(store, added)
    assert (await lists.current(NOW + RELOAD - timedelta(microseconds=1))).anyone(HALL)
    assert not (await lists.current(NOW + RELOAD)).anyone(HALL)
    await add(store, "203.0.113.0/24", "minato")
    assert (await lists.current(NOW + 2 * RELOAD)).of("minato", HALL)


async def test_ones_own_change_is_seen_at_once(store: Records, lists: AllowLists) -> None:
    assert not (await lists.current(NOW)).anyone(HALL)
    await add(store, "203.0.113.0/24")
    lists.forget()
    assert (await lists.current(NOW)).anyone(HALL)


async def test_a_clock_that_is_set_back_does_not_keep_an_old_copy_alive(
    store: Records, lists: AllowLists
) -> None:
    added = await add(store, "203.0.113.0/24")
    assert (await lists.current(NOW)).anyone(HALL)
    await remove(store, added)
    assert not (await lists.current(NOW - timedelta(hours=1))).anyone(HALL)


async def test_who_forgets_while_somebody_reads_is_told_the_truth_afterwards(
    store: Records, lists: AllowLists
) -> None:
    await add(store, "203.0.113.0/24")
    async with anyio.create_task_group() as group:
        group.start_soon(lists.current, NOW)
        await anyio.lowlevel.checkpoint()  # the first read is under way
        await add(store, "192.0.2.0/24")
        lists.forget()
        assert (await lists.current(NOW)).anyone(parse_address("192.0.2.1"))


async def test_a_copy_that_is_due_and_cannot_be_read_admits_nobody(
    store: Records, lists: AllowLists
) -> None:
    await add(store, "203.0.113.0/24")
    assert (await lists.current(NOW)).anyone(HALL)
    async with store.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE allowed_networks RENAME TO gone"))
    assert (await lists.current(NOW)).anyone(HALL)  # as fresh as it has to be
    for _ in range(2):
        with pytest.raises(StoreError):
            await lists.current(NOW + RELOAD)
    async with store.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE gone RENAME TO allowed_networks"))
    assert (await lists.current(NOW + RELOAD)).anyone(HALL)


@pytest.mark.parametrize("network", ["0.0.0.0/0", "everywhere", "203.0.113.1/24"])
async def test_a_row_that_no_command_of_ours_wrote_admits_nobody(
    store: Records, lists: AllowLists, network: str
) -> None:
    row = {"network_id": "f" * 32, "network": network, "note": "", "added_at": NOW}
    async with store.writing() as connection:
        await connection.execute(allowed_networks.insert().values(row))
    for _ in range(2):
        with pytest.raises(StoreError, match="allowed_networks"):
            await lists.current(NOW)


async def test_before_the_store_is_there_nobody_is_admitted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    records = open_records(url)
    lists = AllowLists(records, RELOAD)
    with pytest.raises(StoreError):
        await lists.current(NOW)
    await migrate(url)
    assert not (await lists.current(NOW)).anyone(HALL)
    await records.close()


def test_a_list_locks_out_whoever_is_on_none_of_its_networks() -> None:
    hall, harbour = (
        Network("0" * 32, None, network, "", NOW) for network in ("203.0.113.0/24", "2001:db8::/64")
    )
    assert not locks_out([hall, harbour], HALL)
    assert not locks_out([harbour], HARBOUR)
    assert locks_out([harbour], HALL)
    assert locks_out([hall], HARBOUR)
    assert locks_out([], HALL)
