"""Personal tokens: whose program calls, for how long, and what is kept."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.operators.api_tokens import (
    LONGEST_LIFETIME,
    MOST_TOKENS,
    ApiToken,
    end_api_token,
    find_by_token,
    list_api_tokens,
    make_api_token,
    note_use,
)
from gateway.operators.model import Operator
from gateway.operators.records import api_tokens
from gateway.operators.registry import suspend
from gateway.store.api import Records
from tests.operators.people import DAY, KEYED_HASH, NOW, active, invited

pytestmark = pytest.mark.anyio


async def make(
    records: Records, operator: Operator, name: str = "script", lifetime: timedelta = DAY
) -> tuple[ApiToken, str]:
    async with records.writing() as connection:
        return await make_api_token(
            connection, KEYED_HASH, operator.operator_id, name, lifetime, NOW
        )


async def find(records: Records, token: str, after: timedelta = timedelta(0)) -> Operator | None:
    async with records.reading() as connection:
        return await find_by_token(connection, KEYED_HASH, token, NOW + after)


async def listed(records: Records, operator: Operator) -> list[ApiToken]:
    async with records.reading() as connection:
        return await list_api_tokens(connection, operator.operator_id)


async def test_a_token_is_its_operators(records: Records) -> None:
    hanako, taro = await active(records, "hanako"), await active(records, "taro")
    shown, token = await make(records, hanako, "夜間の集計")
    assert token.startswith("gkn_")
    assert len(token) == 47
    assert await find(records, token) == hanako
    assert await listed(records, hanako) == [shown]
    assert (shown.name, shown.expires_at, shown.last_used_at) == ("夜間の集計", NOW + DAY, None)
    assert await listed(records, taro) == []


async def test_only_a_hash_is_kept(records: Records) -> None:
    shown, token = await make(records, await active(records))
    async with records.reading() as connection:
        row = (await connection.execute(sa.select(api_tokens))).one()
    assert token[4:] not in str(row)
    assert token[4:] not in repr(shown)
    assert await find(records, f"gkn_{row.token_hash}") is None


async def test_a_token_ends_with_its_time(records: Records) -> None:
    _, token = await make(records, await active(records))
    assert await find(records, token, DAY - timedelta(seconds=1)) is not None
    assert await find(records, token, DAY) is None


@pytest.mark.parametrize(
    "lifetime", [timedelta(0), -DAY, LONGEST_LIFETIME + timedelta(seconds=1)], ids=str
)
async def test_no_token_outlives_ninety_days(records: Records, lifetime: timedelta) -> None:
    hanako = await active(records)
    with pytest.raises(InvalidField, match="lifetime"):
        await make(records, hanako, lifetime=lifetime)
    assert await listed(records, hanako) == []
    await make(records, hanako, lifetime=timedelta(days=90))


@pytest.mark.parametrize("name", ["", "x" * 101, "two\nlines", "\u202e"])
async def test_a_token_has_a_name_that_can_be_read(records: Records, name: str) -> None:
    hanako = await active(records)
    with pytest.raises(InvalidField, match="name"):
        await make(records, hanako, name)
    assert await listed(records, hanako) == []


@pytest.mark.parametrize("token", ["", "gkn_", "gkn_" + "a" * 43, "a" * 47, "gkn_" + "花" * 43])
async def test_any_other_token_is_nobodys(records: Records, token: str) -> None:
    await make(records, await active(records))
    assert await find(records, token) is None


async def test_a_token_of_another_gateway_is_nobodys(records: Records) -> None:
    _, token = await make(records, await active(records))
    async with records.reading() as connection:
        assert await find_by_token(connection, KeyedHash(b"x" * 32), token, NOW) is None


async def test_a_token_is_good_only_while_its_operator_is_active(records: Records) -> None:
    await active(records, "first")
    hanako = await active(records)
    _, token = await make(records, hanako)
    async with records.writing() as connection:
        await suspend(connection, hanako.operator_id, hanako.version, NOW)
    assert await find(records, token) is None
    with pytest.raises(NoSuchThing):
        await make(records, hanako)
    with pytest.raises(NoSuchThing):
        await make(records, await invited(records, "waiting"))


async def test_an_operator_ends_their_own_tokens_only(records: Records) -> None:
    hanako, taro = await active(records, "hanako"), await active(records, "taro")
    shown, token = await make(records, hanako)
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await end_api_token(connection, taro.operator_id, shown.token_id)
    assert await find(records, token) == hanako
    async with records.writing() as connection:
        assert await end_api_token(connection, hanako.operator_id, shown.token_id) == shown
        with pytest.raises(NoSuchThing):
            await end_api_token(connection, hanako.operator_id, shown.token_id)
    assert await find(records, token) is None


async def test_there_is_an_end_to_how_many_and_expired_ones_do_not_count(records: Records) -> None:
    hanako = await active(records)
    for number in range(MOST_TOKENS):
        await make(records, hanako, f"script {number}")
    with pytest.raises(Conflict, match="at most"):
        await make(records, hanako, "one more")
    async with records.writing() as connection:
        await make_api_token(connection, KEYED_HASH, hanako.operator_id, "next", DAY, NOW + DAY)
    assert [token.name for token in await listed(records, hanako)] == ["next"]


async def test_its_last_use_is_noted_not_every_one(records: Records) -> None:
    hanako = await active(records)
    _, token = await make(records, hanako)
    for minutes, noted in ((0, 0), (9, 0), (11, 11)):
        async with records.writing() as connection:
            await note_use(connection, KEYED_HASH, token, NOW + timedelta(minutes=minutes))
        (shown,) = await listed(records, hanako)
        assert shown.last_used_at == NOW + timedelta(minutes=noted)
