"""Passkeys at rest: whose they are, how often used, and the last way in."""

import asyncio
from dataclasses import replace

import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.operators.model import Operator
from gateway.operators.passkeys import (
    MOST,
    NewPasskey,
    Passkey,
    add_passkey,
    count_use,
    find_passkey,
    list_passkeys,
    remove_passkey,
    rename_passkey,
)
from gateway.operators.records import operators
from gateway.store.api import Records
from tests.operators.people import NOW, active


@pytest.mark.anyio
async def test_passkeys_are_kept_renamed_and_removed_by_their_owner(records: Records) -> None:
    hanako, taro = await active(records, "hanako"), await active(records, "taro")
    first, second = new("first"), new("second")
    async with records.writing() as connection:
        await add_passkey(connection, hanako.operator_id, first, "鍵", NOW)
        await add_passkey(connection, hanako.operator_id, second, "phone", NOW)
        await add_passkey(connection, taro.operator_id, new("third"), "key", NOW)
        await rename_passkey(connection, hanako.operator_id, "second", "電話")
    found = await listed(records, hanako)
    assert [(one.credential_id, one.name) for one in found] == [("first", "鍵"), ("second", "電話")]
    assert "public" not in repr(found)
    for change in (
        lambda connection: rename_passkey(connection, taro.operator_id, "first", "mine"),
        lambda connection: remove_passkey(connection, taro.operator_id, "first"),
        lambda connection: rename_passkey(connection, hanako.operator_id, "none", "x"),
    ):
        async with records.writing() as connection:
            with pytest.raises(NoSuchThing):
                await change(connection)
    async with records.writing() as connection:
        await remove_passkey(connection, hanako.operator_id, "first")
    assert [one.credential_id for one in await listed(records, hanako)] == ["second"]


@pytest.mark.anyio
async def test_the_last_way_in_stays(records: Records) -> None:
    hanako = await active(records)
    async with records.writing() as connection:
        await add_passkey(connection, hanako.operator_id, new("only"), "鍵", NOW)
    async with records.writing() as connection:
        with pytest.raises(Conflict):
            await remove_passkey(connection, hanako.operator_id, "only")
    assert len(await listed(records, hanako)) == 1
    async with records.writing() as connection:
        values = {"password_hash": "$argon2id$", "wrapped_totp_secret": b"x"}
        await connection.execute(operators.update().values(values))
        await remove_passkey(connection, hanako.operator_id, "only")
    assert await listed(records, hanako) == ()


@pytest.mark.anyio
async def test_two_who_remove_the_two_last_at_once_leave_one(records: Records) -> None:
    hanako = await active(records)
    for name in ("one", "two"):
        async with records.writing() as connection:
            await add_passkey(connection, hanako.operator_id, new(name), "鍵", NOW)

    async def remove(name: str) -> bool:
        try:
            async with records.writing() as connection:
                await remove_passkey(connection, hanako.operator_id, name)
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(remove("one"), remove("two"))) == [False, True]
    assert len(await listed(records, hanako)) == 1


@pytest.mark.anyio
async def test_a_passkey_is_one_persons_and_has_a_name_one_can_read(records: Records) -> None:
    hanako, taro = await active(records, "hanako"), await active(records, "taro")
    async with records.writing() as connection:
        await add_passkey(connection, hanako.operator_id, new("one"), "鍵", NOW)
        with pytest.raises(Conflict):
            await add_passkey(connection, taro.operator_id, new("one"), "鍵", NOW)
        for name in ("", " ", "x" * 101, "a\nb", "a\u202eb"):
            with pytest.raises(InvalidField):
                await add_passkey(connection, taro.operator_id, new("two"), name, NOW)
            with pytest.raises(InvalidField):
                await rename_passkey(connection, hanako.operator_id, "one", name)
    assert await listed(records, taro) == ()


@pytest.mark.anyio
async def test_nobody_hoards_passkeys(records: Records) -> None:
    hanako = await active(records)
    async with records.writing() as connection:
        for number in range(MOST):
            await add_passkey(connection, hanako.operator_id, new(f"{number}"), "鍵", NOW)
        with pytest.raises(Conflict):
            await add_passkey(connection, hanako.operator_id, new("more"), "鍵", NOW)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("before", "told", "counts"),
    [(0, 0, True), (0, 1, True), (4, 5, True), (4, 4, False), (4, 3, False), (4, 0, False)],
)
async def test_a_count_grows_or_is_never_kept(
    records: Records, before: int, told: int, *, counts: bool
) -> None:
    hanako = await active(records)
    async with records.writing() as connection:
        made = replace(new("one"), sign_count=before)
        await add_passkey(connection, hanako.operator_id, made, "鍵", NOW)
        assert await count_use(connection, "one", told, NOW) is counts
        found = await find_passkey(connection, "one")
    assert found is not None
    assert found.sign_count == (told if counts else before)
    assert found.last_used_at == (NOW if counts else None)


def new(credential_id: str) -> NewPasskey:
    return NewPasskey(credential_id, b"public", 0)


async def listed(records: Records, operator: Operator) -> tuple[Passkey, ...]:
    async with records.reading() as connection:
        return await list_passkeys(connection, operator.operator_id)
