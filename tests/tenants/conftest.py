"""A fresh SQLite store, and the tenants' room on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.clients import Clients


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    yield records
    await records.close()


@pytest.fixture
def clients(records: Records) -> Clients:
    return Clients(records, KeyedHash(b"k" * 32))
