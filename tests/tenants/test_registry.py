"""Tenants are made, changed, stopped and restored by whoever saw their present version."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing, StaleVersion
from gateway.store.api import Records
from gateway.tenants.ending import end_tenant
from gateway.tenants.registry import (
    TenantRecord,
    TenantState,
    change_tenant,
    create_tenant,
    delete_tenant,
    find_tenant,
    list_tenants,
    restore_tenant,
    resume_tenant,
    suspend_tenant,
)
from tests.tenants.town import LATER, NOW, UNDO

pytestmark = pytest.mark.anyio
Step = Callable[..., Awaitable[TenantRecord]]


async def create(
    records: Records, tenant_id: str = "hanasaki", name: str = "花咲町"
) -> TenantRecord:
    async with records.writing() as connection:
        return await create_tenant(connection, tenant_id, name, tenant_id.capitalize(), NOW)


async def found(records: Records, tenant_id: str = "hanasaki") -> TenantRecord:
    async with records.reading() as connection:
        return await find_tenant(connection, tenant_id)


async def do(records: Records, step: Step, version: int, *more: object) -> TenantRecord:
    async with records.writing() as connection:
        return await step(connection, "hanasaki", version, LATER, *more)


async def rename(records: Records, version: int, name: str = "花咲市") -> TenantRecord:
    async with records.writing() as connection:
        return await change_tenant(connection, "hanasaki", name, "Hanasaki City", version, LATER)


async def test_a_new_tenant_is_active_and_found(records: Records) -> None:
    made = await create(records)
    assert made == TenantRecord(
        "hanasaki", "花咲町", "Hanasaki", TenantState.ACTIVE, NOW, None, None, 1
    )
    assert await found(records) == made
    with pytest.raises(NoSuchThing):
        await found(records, "minato")


@pytest.mark.parametrize(
    ("tenant_id", "name", "field"),
    [
        ("", "花咲町", "tenant_id"),
        ("Hanasaki", "花咲町", "tenant_id"),
        ("花咲", "花咲町", "tenant_id"),
        ("hanasaki/../minato", "花咲町", "tenant_id"),
        ("a" * 65, "花咲町", "tenant_id"),
        ("hanasaki", "", "name_ja"),
        ("hanasaki", "花咲町\u202e", "name_ja"),
        ("hanasaki", "花" * 201, "name_ja"),
    ],
)
async def test_what_cannot_be_a_tenant_is_refused_and_leaves_nothing(
    records: Records, tenant_id: str, name: str, field: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        await create(records, tenant_id, name)
    assert refused.value.field == field
    async with records.reading() as connection:
        assert await list_tenants(connection, after=None, limit=10) == ()


async def test_an_id_is_given_once_for_ever(records: Records) -> None:
    before = await create(records)
    with pytest.raises(Conflict):
        await create(records, name="別の町")
    assert await found(records) == before
    async with records.writing() as connection:
        await end_tenant(connection, "hanasaki", LATER)
    with pytest.raises(Conflict):
        await create(records)


async def test_names_change_and_the_version_with_them(records: Records) -> None:
    before = await create(records)
    after = await rename(records, before.version)
    assert after == replace(
        before, name_ja="花咲市", name_en="Hanasaki City", changed_at=LATER, version=2
    )
    assert await found(records) == after
    with pytest.raises(InvalidField, match=r"\Aname_ja: "):
        await rename(records, after.version, "")
    assert await found(records) == after


@pytest.mark.parametrize("step", [suspend_tenant, delete_tenant])
async def test_a_page_that_is_out_of_date_changes_nothing(records: Records, step: Step) -> None:
    before = await rename(records, (await create(records)).version)
    for stale in (before.version - 1, before.version + 1, 0, -1):
        with pytest.raises(StaleVersion):
            await do(records, step, stale)
        with pytest.raises(StaleVersion):
            await rename(records, stale, "別の名")
    assert await found(records) == before


async def test_of_many_who_change_one_version_one_wins(records: Records) -> None:
    await create(records)
    outcomes = []

    async def change(number: int) -> None:
        try:
            await rename(records, 1, f"花咲{number}")
        except StaleVersion:
            outcomes.append("stale")
        else:
            outcomes.append("done")

    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(change, number)
    assert sorted(outcomes) == ["done"] + ["stale"] * 11
    assert (await found(records)).version == 2


async def test_a_tenant_goes_and_comes_back(records: Records) -> None:
    await create(records)
    suspended = await do(records, suspend_tenant, 1)
    assert (suspended.state, suspended.deleted_at) == (TenantState.SUSPENDED, None)
    resumed = await do(records, resume_tenant, 2)
    assert resumed.state is TenantState.ACTIVE
    deleted = await do(records, delete_tenant, 3)
    assert (deleted.state, deleted.deleted_at) == (TenantState.DELETED, LATER)
    restored = await do(records, restore_tenant, 4, UNDO)
    assert (restored.state, restored.deleted_at) == (TenantState.SUSPENDED, None)
    assert (restored.version, await found(records)) == (5, restored)


async def test_what_was_deleted_can_be_restored_until_the_last_moment(records: Records) -> None:
    await create(records)
    deleted = await do(records, delete_tenant, 1)
    for late in (UNDO, UNDO + timedelta(days=1)):
        async with records.writing() as connection:
            with pytest.raises(Conflict, match="over"):
                await restore_tenant(connection, "hanasaki", 2, LATER + late, UNDO)
    assert await found(records) == deleted
    async with records.writing() as connection:
        last = LATER + UNDO - timedelta(seconds=1)
        await restore_tenant(connection, "hanasaki", 2, last, UNDO)


@pytest.mark.parametrize(
    ("way", "steps"),
    [
        ([], [resume_tenant, restore_tenant]),
        ([suspend_tenant], [suspend_tenant, restore_tenant]),
        ([delete_tenant], [suspend_tenant, resume_tenant, delete_tenant]),
    ],
)
async def test_a_step_that_does_not_follow_is_a_conflict(
    records: Records, way: list[Step], steps: list[Step]
) -> None:
    before = await create(records)
    for step in way:
        before = await do(records, step, before.version)
    for step in steps:
        more = (UNDO,) if step is restore_tenant else ()
        with pytest.raises(Conflict, match=f"the tenant is {before.state}"):
            await do(records, step, before.version, *more)
    assert await found(records) == before


async def test_a_tenant_that_is_gone_takes_no_names(records: Records) -> None:
    await create(records)
    deleted = await do(records, delete_tenant, 1)
    with pytest.raises(Conflict):
        await rename(records, deleted.version)
    assert await found(records) == deleted


async def test_tenants_are_listed_page_by_page(records: Records) -> None:
    for number in range(7):
        await create(records, f"town-{number}", f"第{number}町")
    sizes, ids, after = [], [], None
    for _ in range(4):
        async with records.reading() as connection:
            page = await list_tenants(connection, after=after, limit=3)
        sizes.append(len(page))
        ids += [one.tenant_id for one in page]
        after = ids[-1]
    assert sizes == [3, 3, 1, 0]
    assert ids == [f"town-{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hana", ["hanasaki"]),
        ("HANA", ["hanasaki"]),
        ("花咲", ["hanasaki"]),
        ("市", ["minato"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("花咲\0", []),
        ("", ["hanasaki", "minato"]),
    ],
)
async def test_tenants_are_found_by_a_part_of_id_or_name(
    records: Records, text: str, ids: list[str]
) -> None:
    await create(records)
    await create(records, "minato", "湊市")
    async with records.reading() as connection:
        page = await list_tenants(connection, after=None, limit=10, text=text)
    assert [one.tenant_id for one in page] == ids


@pytest.mark.parametrize("text", ["", "\0", "Hanasaki", "../minato", "\ud800", "a" * 65])
async def test_what_is_no_id_is_nobody_and_ends_no_page(records: Records, text: str) -> None:
    with pytest.raises(NoSuchThing):
        await found(records, text)
    async with records.reading() as connection:
        with pytest.raises(InvalidField, match=r"\Aafter: "):
            await list_tenants(connection, after=text, limit=10)


async def test_tenants_are_listed_by_state(records: Records) -> None:
    await create(records)
    await create(records, "minato", "湊市")
    await do(records, suspend_tenant, 1)
    async with records.reading() as connection:
        suspended = await list_tenants(
            connection, after=None, limit=10, state=TenantState.SUSPENDED
        )
        ended = await list_tenants(connection, after=None, limit=10, state=TenantState.ENDED)
    assert ([one.tenant_id for one in suspended], ended) == (["hanasaki"], ())
