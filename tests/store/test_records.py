"""What `Records` promises, of both dialects."""

import asyncio
import contextlib
import traceback
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import SettingsError
from gateway.oidc.records import grants, refresh_tokens
from gateway.store.api import Records
from gateway.store.records import open_records
from gateway.tenants.records import clients, tenants

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
TAKERS = 20

pytestmark = pytest.mark.anyio


def tenant(tenant_id: str) -> sa.Insert:
    return tenants.insert().values(
        tenant_id=tenant_id, name_ja="架空市", name_en="Kaku City", created_at=NOW
    )


async def tenant_ids(records: Records) -> list[str]:
    async with records.reading() as connection:
        found = await connection.execute(sa.select(tenants.c.tenant_id).order_by("tenant_id"))
        return list(found.scalars())


class TestRecords:
    async def test_only_a_store_that_overwrites_says_so(self, records: Records) -> None:
        assert await records.overwrite_deleted() is records.overwrites

    async def test_what_was_written_is_read(self, records: Records) -> None:
        async with records.writing() as connection:
            await connection.execute(tenant("a"))
        assert await tenant_ids(records) == ["a"]

    async def test_a_block_that_raises_wrote_nothing(self, records: Records) -> None:
        async def break_off() -> None:
            async with records.writing() as connection:
                await connection.execute(tenant("a"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await break_off()
        assert await tenant_ids(records) == []

    async def test_reading_writes_nothing(self, records: Records) -> None:
        # SQLite refuses at once, PostgreSQL forgets.
        with contextlib.suppress(sa.exc.OperationalError):
            async with records.reading() as connection:
                await connection.execute(tenant("a"))
        assert await tenant_ids(records) == []

    async def test_a_savepoint_that_fails_leaves_the_rest(self, records: Records) -> None:
        async def b_and_a_again(connection: AsyncConnection) -> None:
            async with connection.begin_nested():
                await connection.execute(tenant("b"))
                await connection.execute(tenant("a"))

        async with records.writing() as connection:
            await connection.execute(tenant("a"))
            with pytest.raises(sa.exc.IntegrityError):
                await b_and_a_again(connection)
            await connection.execute(tenant("c"))
        assert await tenant_ids(records) == ["a", "c"]

    async def test_a_row_needs_the_one_it_refers_to(self, records: Records) -> None:
        client = {"client_id": "s", "kind": "service", "metadata": {}, "tenant_id": "a"}
        insert = clients.insert().values(**client, created_at=NOW, updated_at=NOW)
        with pytest.raises(sa.exc.IntegrityError):
            async with records.writing() as connection:
                await connection.execute(insert)
        async with records.writing() as connection:
            await connection.execute(tenant("a"))
            await connection.execute(insert)

    async def test_times_come_back_as_the_same_instant_in_utc(self, records: Records) -> None:
        in_japan = NOW.astimezone(timezone(timedelta(hours=9)))
        async with records.writing() as connection:
            await connection.execute(tenant("a").values(created_at=in_japan))
        async with records.reading() as connection:
            select = sa.select(tenants.c.created_at).where(tenants.c.created_at == NOW)
            found = (await connection.execute(select)).scalar_one()
        assert found == NOW
        assert found.tzinfo is UTC

    async def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(
        self, records: Records
    ) -> None:
        async with records.writing() as connection:
            await connection.execute(tenant("a"))
            async with asyncio.timeout(5):
                assert await tenant_ids(records) == []
        assert await tenant_ids(records) == ["a"]

    async def test_of_many_who_use_a_token_up_one_wins(self, records: Records) -> None:
        await self.write_token(records)
        won = await asyncio.gather(*(self.use_token(records) for _ in range(TAKERS)))
        assert won.count(True) == 1

    async def test_of_many_who_insert_one_key_one_wins(self, records: Records) -> None:
        async def insert() -> bool:
            try:
                async with records.writing() as connection:
                    await connection.execute(tenant("a"))
            except sa.exc.IntegrityError:
                return False
            return True

        won = await asyncio.gather(*(insert() for _ in range(TAKERS)))
        assert won.count(True) == 1
        assert await tenant_ids(records) == ["a"]

    async def test_it_answers(self, records: Records) -> None:
        await records.check()

    async def test_a_schema_of_another_version_is_refused(self, records: Records) -> None:
        async with records.writing() as connection:
            await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(SettingsError, match="its schema is 9999"):
            await records.check()

    async def test_an_error_does_not_tell_the_values(self, records: Records) -> None:
        async with records.writing() as connection:
            await connection.execute(tenant("a-value"))
        for insert in (tenant("a-value"), tenant("b-value").values(name_ja=None)):
            with pytest.raises(sa.exc.IntegrityError) as refused:
                async with records.writing() as connection:
                    await connection.execute(insert)
            assert "-value" not in "".join(traceback.format_exception(refused.value))

    @staticmethod
    async def write_token(records: Records) -> None:
        ends = NOW + timedelta(days=1)
        grant = {"grant_id": "g", "client_id": "s", "resident_id": "r", "acr": "card"}
        lists = {"scopes": ["openid"], "amr": ["pin"]}
        times = {"auth_time": NOW, "created_at": NOW, "expires_at": ends}
        token = {"token_hash": "t", "grant_id": "g", "issued_at": NOW, "expires_at": ends}
        async with records.writing() as connection:
            await connection.execute(grants.insert().values(**grant, **lists, **times))
            await connection.execute(refresh_tokens.insert().values(**token))

    @staticmethod
    async def use_token(records: Records) -> bool:
        unused = (refresh_tokens.c.token_hash == "t") & refresh_tokens.c.used_at.is_(None)
        async with records.writing() as connection:
            used = await connection.execute(
                refresh_tokens.update()
                .where(unused)
                .values(used_at=NOW)
                .returning(refresh_tokens.c.grant_id)
            )
            return used.one_or_none() is not None


async def test_a_store_without_tables_says_what_to_do(empty_records_url: str) -> None:
    records = open_records(empty_records_url)
    with pytest.raises(SettingsError, match="run `genkan init`"):
        await records.check()
    await records.close()


@pytest.mark.parametrize("url", ["", "genkan.db", "mysql://host/genkan", "postgresql://host:x/a"])
async def test_a_url_that_names_no_records_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^store\.records: "):
        open_records(url)


async def test_a_refused_url_does_not_tell_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        open_records("mysql://genkan:himitsu@host/genkan")
    assert "himitsu" not in str(refused.value)
