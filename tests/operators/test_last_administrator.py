"""The last active administrator stays, also where two go at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict
from gateway.operators.model import Operator, Role
from gateway.operators.registry import change, delete, suspend
from gateway.operators.rules import OperatorChange
from gateway.store.api import Records
from tests.operators.people import NOW, active, invited, read

pytestmark = pytest.mark.anyio

Take = Callable[[AsyncConnection, Operator], Awaitable[Operator]]


async def _suspend(connection: AsyncConnection, one: Operator) -> Operator:
    return await suspend(connection, one.operator_id, one.version, NOW)


async def _delete(connection: AsyncConnection, one: Operator) -> Operator:
    return await delete(connection, one.operator_id, one.version, NOW)


async def _demote(connection: AsyncConnection, one: Operator) -> Operator:
    demotion = OperatorChange(role=Role.AUDITOR)
    return await change(connection, one.operator_id, demotion, one.version, NOW)


@pytest.mark.parametrize("take", [_suspend, _delete, _demote])
@pytest.mark.parametrize("tenant_id", [None, "hanasaki"])
async def test_the_last_active_administrator_stays(
    records: Records, tenant_id: str | None, take: Take
) -> None:
    only = await active(records, tenant_id=tenant_id)
    # None of them can stand in: of another tenant, of another role, not active yet.
    await active(records, "elsewhere", tenant_id="minato" if tenant_id else "hanasaki")
    await active(records, "clerk", Role.CLERK, tenant_id)
    await invited(records, "waiting", tenant_id=tenant_id)
    with pytest.raises(Conflict, match="last active administrator"):
        async with records.writing() as connection:
            await take(connection, only)
    assert await read(records, only) == only
    await active(records, "second", tenant_id=tenant_id)
    async with records.writing() as connection:
        assert (await take(connection, only)).version == only.version + 1


@pytest.mark.parametrize("take", [_suspend, _delete, _demote])
async def test_two_administrators_cannot_both_go_at_once(records: Records, take: Take) -> None:
    both = [await active(records, name) for name in ("first", "second")]

    async def go(one: Operator) -> Operator:
        async with records.writing() as connection:
            gone = await take(connection, one)
            await asyncio.sleep(0.05)  # the other is under way meanwhile
            return gone

    results = await asyncio.gather(*(go(one) for one in both), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Operator"]
    now = [await read(records, one) for one in both]
    assert [one in both for one in now].count(True) == 1
