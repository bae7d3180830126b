"""The register of operators: who comes in, who changes, and who stays."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing, StaleVersion
from gateway.operators.api_tokens import make_api_token
from gateway.operators.invitations import find_invitation, make_invitation
from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.records import api_tokens, invitations, operators, passkeys
from gateway.operators.registry import (
    acknowledge_notice,
    change,
    count_operators,
    delete,
    find_by_login_name,
    has_administrator,
    invite,
    list_operators,
    resume,
    suspend,
)
from gateway.operators.rules import OperatorChange
from gateway.store.api import Records
from tests.operators.people import DAY, HANAKO, KEYED_HASH, LATER, NOW, active, invited, read

pytestmark = pytest.mark.anyio

NOBODY = "f" * 32
Attempt = Callable[[AsyncConnection], Awaitable[Operator]]


async def count(records: Records, table: sa.Table) -> int:
    async with records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(table))
        return found.scalar_one()


async def set_password(records: Records, operator: Operator) -> None:
    own = operators.c.operator_id == operator.operator_id
    async with records.writing() as connection:
        await connection.execute(operators.update().where(own).values(password_hash="hash"))


async def test_whoever_is_invited_is_there_and_not_yet_active(records: Records) -> None:
    made = await invited(records, "Hanako")
    assert (made.login_name, made.state, made.version) == ("hanako", OperatorState.INVITED, 1)
    assert (made.created_at, made.notice_acknowledged_at, made.last_signed_in_at) == (
        NOW,
        None,
        None,
    )
    assert await read(records, made) == made


async def test_a_login_name_is_one_persons_however_it_is_typed(records: Records) -> None:
    hanako = await invited(records, "hanako")
    with pytest.raises(Conflict, match="taken"):
        await invited(records, "ＨＡＮＡＫＯ", tenant_id="hanasaki")
    assert await count(records, operators) == 1
    async with records.reading() as connection:
        assert await find_by_login_name(connection, "Ｈanako") == hanako
        assert await find_by_login_name(connection, "hanak") is None
        assert await find_by_login_name(connection, "hana\0ko") is None


async def test_a_name_is_not_reused_after_its_person_left(records: Records) -> None:
    hanako = await invited(records, "hanako")
    async with records.writing() as connection:
        await delete(connection, hanako.operator_id, 1, NOW)
    with pytest.raises(Conflict, match="taken"):
        await invited(records, "hanako")
    assert (await read(records, hanako)).state is OperatorState.DELETED


async def test_of_two_who_invite_one_name_at_once_one_does(records: Records) -> None:
    made = await asyncio.gather(
        *(invited(records, "hanako") for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in made) == ["Conflict"] * 3 + ["Operator"]
    assert await count(records, operators) == 1


async def test_an_entry_that_is_not_one_leaves_nothing(records: Records) -> None:
    for wrong, error in (
        (replace(HANAKO, login_name="hana ko"), InvalidField),
        (replace(HANAKO, name=""), InvalidField),
        (replace(HANAKO, tenant_id="nowhere"), NoSuchThing),
    ):
        with pytest.raises(error):
            async with records.writing() as connection:
                await invite(connection, wrong, NOW)
    assert await count(records, operators) == 0


async def test_a_tenants_list_is_its_own_and_comes_in_pages(records: Records) -> None:
    for name in ("c", "a", "d", "b"):
        await invited(records, name, tenant_id="hanasaki")
    await invited(records, "other", tenant_id="minato")
    await invited(records, "platform")
    await active(records, "e", tenant_id="hanasaki")
    async with records.reading() as connection:
        first = await list_operators(connection, "hanasaki", limit=3)
        rest = await list_operators(connection, "hanasaki", after="c", limit=3)
        own = await list_operators(connection, None, limit=3)
        working = await list_operators(connection, "hanasaki", limit=3, state=OperatorState.ACTIVE)
        assert await count_operators(connection, "hanasaki") == 5
        assert await count_operators(connection, "hanasaki", OperatorState.INVITED) == 4
        assert await count_operators(connection, None) == 1
    assert [one.login_name for one in first] == ["a", "b", "c"]
    assert [one.login_name for one in rest] == ["d", "e"]
    assert [one.login_name for one in own] == ["platform"]
    assert [one.login_name for one in working] == ["e"]


async def test_a_change_changes_what_it_names(records: Records) -> None:
    hanako = await invited(records, role=Role.CLERK)
    async with records.writing() as connection:
        changed = await change(
            connection, hanako.operator_id, OperatorChange(name="湊　花子"), 1, LATER
        )
    assert changed == replace(hanako, name="湊　花子", version=2)
    async with records.writing() as connection:
        again = OperatorChange(department="市民課", role=Role.AUDITOR)
        changed = await change(connection, hanako.operator_id, again, 2, LATER)
    assert changed == replace(
        hanako, name="湊　花子", department="市民課", role=Role.AUDITOR, version=3
    )
    assert await read(records, hanako) == changed


async def test_a_change_of_what_has_changed_is_stale(records: Records) -> None:
    await active(records, "first")
    second = await active(records, "second")
    for attempt in attempts(second.operator_id, 1):
        with pytest.raises(StaleVersion):
            async with records.writing() as connection:
                await attempt(connection)
    assert await read(records, second) == second


async def test_somebody_who_is_not_there_cannot_be_changed(records: Records) -> None:
    for attempt in attempts(NOBODY, 1):
        with pytest.raises(NoSuchThing):
            async with records.writing() as connection:
                await attempt(connection)
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await acknowledge_notice(connection, NOBODY, NOW)


def attempts(operator_id: str, version: int) -> list[Attempt]:
    return [
        lambda connection: change(connection, operator_id, OperatorChange(name="x"), version, NOW),
        lambda connection: suspend(connection, operator_id, version, NOW),
        lambda connection: resume(connection, operator_id, version, NOW),
        lambda connection: delete(connection, operator_id, version, NOW),
    ]


async def test_a_suspension_ends_the_links_under_way(records: Records) -> None:
    await active(records, "first")
    second = await active(records, "second")
    await set_password(records, second)
    async with records.writing() as connection:
        token = await make_invitation(connection, KEYED_HASH, second.operator_id, DAY, NOW)
        suspended = await suspend(connection, second.operator_id, second.version, NOW)
    assert suspended == replace(second, state=OperatorState.SUSPENDED, version=second.version + 1)
    with pytest.raises(Conflict, match="suspended already"):
        async with records.writing() as connection:
            await suspend(connection, second.operator_id, suspended.version, NOW)
    async with records.writing() as connection:
        resumed = await resume(connection, second.operator_id, suspended.version, NOW)
        assert await find_invitation(connection, KEYED_HASH, token, NOW) is None
    assert resumed.state is OperatorState.ACTIVE


async def test_whoever_never_set_credentials_comes_back_as_invited(records: Records) -> None:
    hanako = await invited(records)
    async with records.writing() as connection:
        with pytest.raises(Conflict, match="not suspended"):
            await resume(connection, hanako.operator_id, 1, NOW)
        await suspend(connection, hanako.operator_id, 1, NOW)
        resumed = await resume(connection, hanako.operator_id, 2, NOW)
    assert resumed.state is OperatorState.INVITED


async def test_a_passkey_is_a_credential(records: Records) -> None:
    await active(records, "first")
    hanako = await active(records)
    await add_passkey(records, hanako)
    async with records.writing() as connection:
        suspended = await suspend(connection, hanako.operator_id, hanako.version, NOW)
        resumed = await resume(connection, hanako.operator_id, suspended.version, NOW)
    assert resumed.state is OperatorState.ACTIVE


async def add_passkey(records: Records, operator: Operator) -> None:
    row = {
        "credential_id": "id",
        "operator_id": operator.operator_id,
        "public_key": b"key",
        "sign_count": 0,
        "name": "key",
        "created_at": NOW,
    }
    async with records.writing() as connection:
        await connection.execute(passkeys.insert().values(row))


async def test_nothing_to_sign_in_with_outlives_a_deletion(records: Records) -> None:
    await active(records, "first")
    hanako = await active(records)
    await set_password(records, hanako)
    await add_passkey(records, hanako)
    async with records.writing() as connection:
        await make_invitation(connection, KEYED_HASH, hanako.operator_id, DAY, NOW)
        await make_api_token(connection, KEYED_HASH, hanako.operator_id, "script", DAY, NOW)
    async with records.writing() as connection:
        deleted = await delete(connection, hanako.operator_id, hanako.version, NOW)
    assert deleted == replace(hanako, state=OperatorState.DELETED, version=hanako.version + 1)
    own = operators.c.operator_id == hanako.operator_id
    async with records.reading() as connection:
        row = (await connection.execute(sa.select(operators).where(own))).one()
    assert (row.password_hash, row.wrapped_totp_secret, row.totp_last_step) == (None, None, None)
    assert (await count(records, passkeys), await count(records, api_tokens)) == (0, 0)
    assert await count(records, invitations) == 1  # the other operator's, used
    with pytest.raises(Conflict, match="deleted"):
        async with records.writing() as connection:
            await resume(connection, hanako.operator_id, deleted.version, NOW)


async def test_the_notice_is_acknowledged_once(records: Records) -> None:
    hanako = await active(records)
    async with records.writing() as connection:
        again = await acknowledge_notice(connection, hanako.operator_id, LATER)
    assert (again, again.notice_acknowledged_at) == (hanako, NOW)
    waiting = await invited(records, "waiting")
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await acknowledge_notice(connection, waiting.operator_id, NOW)
    assert (await read(records, waiting)).notice_acknowledged_at is None


async def test_the_platform_has_an_administrator_from_the_invitation_on(records: Records) -> None:
    async with records.reading() as connection:
        assert not await has_administrator(connection)
    await active(records, "of-a-tenant", tenant_id="hanasaki")
    await active(records, "clerk", Role.CLERK)
    async with records.reading() as connection:
        assert not await has_administrator(connection)
    await invited(records, "hanako")
    async with records.reading() as connection:
        assert await has_administrator(connection)
