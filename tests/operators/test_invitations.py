"""One-time links: who gets in, once, and what they replace."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.operators.api_tokens import list_api_tokens, make_api_token
from gateway.operators.invitations import find_invitation, make_invitation, use_invitation
from gateway.operators.model import Operator, OperatorState
from gateway.operators.records import invitations, operators, passkeys
from gateway.operators.registry import delete, suspend
from gateway.store.api import Records
from tests.operators.people import DAY, KEYED_HASH, NOW, active, invited, read

pytestmark = pytest.mark.anyio


async def link(records: Records, operator: Operator, lifetime: timedelta = DAY) -> str:
    async with records.writing() as connection:
        return await make_invitation(connection, KEYED_HASH, operator.operator_id, lifetime, NOW)


async def use(records: Records, token: str, after: timedelta = timedelta(0)) -> Operator | None:
    async with records.writing() as connection:
        return await use_invitation(connection, KEYED_HASH, token, NOW + after)


async def find(records: Records, token: str, after: timedelta = timedelta(0)) -> Operator | None:
    async with records.reading() as connection:
        return await find_invitation(connection, KEYED_HASH, token, NOW + after)


async def test_a_link_lets_its_operator_in_once(records: Records) -> None:
    hanako = await invited(records)
    token = await link(records, hanako)
    assert await find(records, token) == hanako
    assert await find(records, token) == hanako
    used = await use(records, token)
    assert used is not None
    assert (used.operator_id, used.state, used.version) == (
        hanako.operator_id,
        OperatorState.ACTIVE,
        2,
    )
    assert await read(records, hanako) == used
    assert await find(records, token) is None
    assert await use(records, token) is None
    assert await read(records, hanako) == used


async def test_the_token_is_random_and_kept_as_a_hash(records: Records) -> None:
    hanako = await invited(records)
    token = await link(records, hanako)
    assert len(token) == 43
    async with records.reading() as connection:
        row = (await connection.execute(sa.select(invitations))).one()
    assert token not in str(row)
    assert await find(records, row.token_hash) is None
    assert token != await link(records, hanako)


@pytest.mark.parametrize("seconds", [0, 1])
async def test_a_link_ends_with_its_time(records: Records, seconds: int) -> None:
    hanako = await invited(records)
    token = await link(records, hanako, timedelta(hours=72))
    late = timedelta(hours=72, seconds=seconds)
    assert await find(records, token, late) is None
    assert await use(records, token, late) is None
    assert await read(records, hanako) == hanako
    assert await use(records, token, timedelta(hours=72, seconds=-1)) is not None


async def test_a_new_link_ends_the_earlier_ones_of_the_same_operator(records: Records) -> None:
    hanako, taro = await invited(records, "hanako"), await invited(records, "taro")
    first, other = await link(records, hanako), await link(records, taro)
    second = await link(records, hanako)
    assert await find(records, first) is None
    assert await use(records, first) is None
    assert await find(records, other) == taro
    assert await find(records, second) == hanako


@pytest.mark.parametrize("token", ["", "a" * 43, "a" * 42, "a" * 44, "花" * 43, "\ud800", "a\0"])
async def test_any_other_token_is_nobodys(records: Records, token: str) -> None:
    hanako = await invited(records)
    await link(records, hanako)
    assert await find(records, token) is None
    assert await use(records, token) is None
    assert await read(records, hanako) == hanako


async def test_a_token_of_another_gateway_is_nobodys(records: Records) -> None:
    token = await link(records, await invited(records))
    async with records.writing() as connection:
        assert await use_invitation(connection, KeyedHash(b"x" * 32), token, NOW) is None


async def test_of_many_who_use_a_link_at_once_one_gets_in(records: Records) -> None:
    hanako = await invited(records)
    token = await link(records, hanako)
    used = await asyncio.gather(*(use(records, token) for _ in range(8)))
    assert [one is not None for one in used].count(True) == 1
    assert (await read(records, hanako)).version == 2


async def test_a_use_that_comes_to_nothing_can_be_repeated(records: Records) -> None:
    hanako = await invited(records)
    token = await link(records, hanako)

    async def use_and_fail() -> None:
        async with records.writing() as connection:
            assert await use_invitation(connection, KEYED_HASH, token, NOW) is not None
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await use_and_fail()
    assert await read(records, hanako) == hanako
    assert await use(records, token) is not None


async def test_an_active_operators_credentials_go_when_the_link_is_used(records: Records) -> None:
    hanako = await active(records)
    own = operators.c.operator_id == hanako.operator_id
    key = {"credential_id": "id", "public_key": b"", "sign_count": 0, "name": "k"}
    async with records.writing() as connection:
        await connection.execute(operators.update().where(own).values(password_hash="hash"))
        row = {**key, "operator_id": hanako.operator_id, "created_at": NOW}
        await connection.execute(passkeys.insert().values(row))
        await make_api_token(connection, KEYED_HASH, hanako.operator_id, "script", DAY, NOW)

    async def credentials() -> tuple[str | None, int, int]:
        async with records.reading() as connection:
            password = await connection.execute(sa.select(operators.c.password_hash).where(own))
            keys = (await connection.execute(sa.select(passkeys))).all()
            tokens = await list_api_tokens(connection, hanako.operator_id)
        return password.scalar_one(), len(keys), len(tokens)

    token = await link(records, hanako)
    assert await read(records, hanako) == hanako
    assert await credentials() == ("hash", 1, 1)
    assert await use(records, token) is not None
    assert await credentials() == (None, 0, 0)


async def test_suspended_and_deleted_operators_get_no_link_and_use_none(records: Records) -> None:
    await active(records, "first")
    hanako = await active(records)
    token = await link(records, hanako)
    async with records.writing() as connection:
        gone = await suspend(connection, hanako.operator_id, hanako.version, NOW)
    assert await use(records, token) is None
    with pytest.raises(Conflict, match="suspended"):
        await link(records, hanako)
    async with records.writing() as connection:
        gone = await delete(connection, hanako.operator_id, gone.version, NOW)
    with pytest.raises(Conflict, match="deleted"):
        await link(records, hanako)
    assert await read(records, hanako) == gone


async def test_a_link_of_somebody_suspended_without_the_registry_is_void(records: Records) -> None:
    hanako = await active(records)
    token = await link(records, hanako)
    own = operators.c.operator_id == hanako.operator_id
    async with records.writing() as connection:
        await connection.execute(operators.update().where(own).values(state="suspended"))
    assert await find(records, token) is None
    assert await use(records, token) is None
    assert (await read(records, hanako)).state is OperatorState.SUSPENDED


async def test_nobody_is_invited_who_is_not_there(records: Records) -> None:
    hanako = await invited(records)
    async with records.writing() as connection:
        with pytest.raises(NoSuchThing):
            await make_invitation(connection, KEYED_HASH, hanako.operator_id[::-1], DAY, NOW)
