"""Initial access tokens and self-management at rest, on SQLite and on PostgreSQL: hashes only, and
of many at once one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.store.tables import metadata as tables
from gateway.tenants.ending import end_tenant
from gateway.tenants.initial_tokens import (
    InitialToken,
    NewInitialToken,
    SoftwareIssuer,
    find_initial_token,
    list_initial_tokens,
    make_initial_token,
    use_initial_token,
)
from gateway.tenants.registry import create_tenant
from gateway.tenants.self_management import (
    begin_self_management,
    find_self_management,
    renew_self_management,
)
from tests.tenants.office import KEYED_HASH, Office
from tests.tenants.town import LATER, NOW, new_jwk

pytestmark = pytest.mark.anyio
AT_ONCE = 8
SOFTWARE = SoftwareIssuer("https://software.example", {"keys": [new_jwk()]})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    await migrate(url)
    opened = open_records(url)
    async with opened.writing() as connection:
        await create_tenant(connection, "hanasaki", "花咲町", "Hanasaki", NOW)
    yield opened
    await opened.close()


async def made(records: Records, uses: int = 1) -> tuple[InitialToken, str]:
    new = NewInitialToken("花咲ソフト", "openid profile", timedelta(days=7), uses)
    async with records.writing() as connection:
        return await make_initial_token(connection, KEYED_HASH, "hanasaki", new, "o" * 32, NOW)


async def test_it_is_found_by_itself_while_it_is_good_and_kept_as_a_hash(records: Records) -> None:
    about, token = await made(records)
    async with records.reading() as connection:
        assert await find_initial_token(connection, KEYED_HASH, token, LATER) == about
        until = NOW + timedelta(days=7)
        assert await find_initial_token(connection, KEYED_HASH, token, until) is None
        assert await list_initial_tokens(connection, "hanasaki") == [about]
        for table in tables.sorted_tables:
            assert token not in repr((await connection.execute(sa.select(table))).all())


async def test_of_many_who_take_the_last_use_one_gets_it(records: Records) -> None:
    about, token = await made(records)
    taken: list[bool] = []

    async def one() -> None:
        async with records.writing() as connection:
            taken.append(await use_initial_token(connection, about.token_id, NOW))

    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(one)
    assert sorted(taken) == [*[False] * (AT_ONCE - 1), True]
    async with records.reading() as connection:
        assert await find_initial_token(connection, KEYED_HASH, token, NOW) is None


async def test_of_many_who_renew_by_one_token_one_does(records: Records) -> None:
    about, _ = await made(records)
    await Office(records).create()
    async with records.writing() as connection:
        token = await begin_self_management(connection, KEYED_HASH, "health", about.token_id, "a.b")
    renewed: list[str | None] = []

    async def one() -> None:
        async with records.writing() as connection:
            renewed.append(
                await renew_self_management(connection, KEYED_HASH, "health", token, None)
            )

    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(one)
    (winner,) = [one for one in renewed if one is not None]
    async with records.reading() as connection:
        find = find_self_management
        assert await find(connection, KEYED_HASH, "health", token) is None
        found = await find(connection, KEYED_HASH, "health", winner)
        assert found is not None
        assert found.scopes == {"openid", "profile"}
        assert found.software_statement is None
        assert await find(connection, KEYED_HASH, "other", winner) is None


async def test_both_kinds_end_with_the_tenant(records: Records) -> None:
    about, _ = await made(records)
    await made(records)
    await Office(records).create()
    async with records.writing() as connection:
        await begin_self_management(connection, KEYED_HASH, "health", about.token_id, None)
        ended = await end_tenant(connection, "hanasaki", LATER)
    assert ended.destroyed["tokens"] == 3
    async with records.reading() as connection:
        assert await list_initial_tokens(connection, "hanasaki") == []


async def test_whose_software_is_needed_is_kept_with_it(records: Records) -> None:
    new = NewInitialToken("花咲ソフト", "openid", timedelta(days=1), 1, SOFTWARE)
    async with records.writing() as connection:
        about, token = await make_initial_token(
            connection, KEYED_HASH, "hanasaki", new, "o" * 32, NOW
        )
    async with records.reading() as connection:
        found = await find_initial_token(connection, KEYED_HASH, token, NOW)
    assert found == about
    assert about.software == SOFTWARE
