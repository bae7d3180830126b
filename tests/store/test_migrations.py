"""The migrations make exactly what the rooms declare, once, and wholly or not at all."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import gateway
from gateway.errors import StoreError
from gateway.store.api import Records
from gateway.store.migrate import alembic_config, migrate
from gateway.store.records import open_records
from gateway.store.tables import metadata
from gateway.store.version import SCHEMA

pytestmark = pytest.mark.anyio


def import_every_rooms_tables() -> None:
    for file in Path(gateway.__path__[0]).glob("*/records.py"):
        import_module(f"gateway.{file.parent.name}.records")


def schema(connection: sa.Connection) -> dict[str, Any]:
    """Everything the database says of its tables, in an order of no chance."""
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    return {name: described(inspector, name) for name in sorted(tables)}


def described(inspector: sa.Inspector, table: str) -> dict[str, Any]:
    parts: dict[str, Sequence[Any]] = {
        "columns": inspector.get_columns(table),
        "primary key": [inspector.get_pk_constraint(table)],
        "foreign keys": inspector.get_foreign_keys(table),
        "uniques": inspector.get_unique_constraints(table),
        "indexes": inspector.get_indexes(table),
    }
    return {part: sorted(map(plain, found)) for part, found in parts.items()}


def plain(value: Any) -> str:
    if isinstance(value, dict):
        return str({key: plain(value[key]) for key in sorted(value)})
    return str(value)


async def schema_of(records: Records) -> dict[str, Any]:
    async with records.reading() as connection:
        return await connection.run_sync(schema)


async def test_the_migrated_schema_is_what_the_rooms_declare(empty_records_url: str) -> None:
    import_every_rooms_tables()
    records = open_records(empty_records_url)
    async with records.writing() as connection:
        await connection.run_sync(metadata.create_all)
    declared = await schema_of(records)
    async with records.writing() as connection:
        await connection.run_sync(metadata.drop_all)
    assert await schema_of(records) == {}
    await migrate(empty_records_url)
    migrated = await schema_of(records)
    await records.close()
    assert set(migrated) == set(metadata.tables)
    assert migrated == declared


def test_this_version_asks_for_the_newest_schema() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_heads() == [SCHEMA]


async def test_migrating_again_changes_nothing(empty_records_url: str) -> None:
    await migrate(empty_records_url)
    records = open_records(empty_records_url)
    before = await schema_of(records)
    await migrate(empty_records_url)
    assert await schema_of(records) == before
    await records.close()


async def test_two_tasks_may_migrate_at_once(empty_records_url: str) -> None:
    await asyncio.gather(migrate(empty_records_url), migrate(empty_records_url))
    await check(empty_records_url)


async def test_three_processes_may_migrate_at_once(empty_records_url: str) -> None:
    code = "import asyncio, sys\nfrom gateway.store.migrate import migrate\n"
    command = [sys.executable, "-c", code + "asyncio.run(migrate(sys.argv[1]))", empty_records_url]
    processes = [subprocess.Popen(command) for _ in range(3)]  # noqa: ASYNC220, S603
    assert [process.wait() for process in processes] == [0, 0, 0]
    await check(empty_records_url)


async def test_a_migration_that_fails_leaves_nothing_behind(empty_records_url: str) -> None:
    records = open_records(empty_records_url)
    async with records.writing() as connection:
        await connection.execute(sa.text("CREATE TABLE refresh_tokens (in_the_way INTEGER)"))
    with pytest.raises(StoreError, match="refresh_tokens"):
        await migrate(empty_records_url)
    assert set(await schema_of(records)) == {"refresh_tokens"}
    async with records.writing() as connection:
        await connection.execute(sa.text("DROP TABLE refresh_tokens"))
    await records.close()
    await migrate(empty_records_url)
    await check(empty_records_url)


async def check(url: str) -> None:
    records = open_records(url)
    await records.check()
    await records.close()
