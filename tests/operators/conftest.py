"""The operators' room on both stores, in a house with two tenants."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.records import tenants
from tests.operators.people import NOW


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/genkan.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    await migrate(url)
    records = open_records(url)
    async with records.writing() as connection:
        for tenant_id in ("hanasaki", "minato"):
            row = {"tenant_id": tenant_id, "name_ja": "町", "name_en": "Town", "created_at": NOW}
            await connection.execute(tenants.insert().values(row))
    yield records
    await records.close()
