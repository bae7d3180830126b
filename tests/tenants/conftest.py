"""A fresh SQLite store, and the tenants' room on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.clients import Clients
from gateway.tenants.registry import create_tenant
from tests.tenants.office import KEYED_HASH, Office
from tests.tenants.town import HANASAKI, MINATO, NOW


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    yield records
    await records.close()


@pytest.fixture
def clients(records: Records) -> Clients:
    return Clients(records, KEYED_HASH)


@pytest.fixture
async def office(records: Records) -> Office:
    """Two towns, and nobody's services yet."""
    async with records.writing() as connection:
        for town in (HANASAKI, MINATO):
            await create_tenant(connection, town.tenant_id, town.name_ja, town.name_en, NOW)
    return Office(records)
