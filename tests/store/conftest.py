"""Every implementation of records and of moments, each for the same tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import system_clock
from gateway.store.api import Moments, Records
from gateway.store.migrate import migrate
from gateway.store.moments import open_moments
from gateway.store.records import open_records

SERVERS = pytest.mark.servers


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/genkan.db"


@pytest.fixture(params=["sqlite_url", pytest.param("postgres_url", marks=SERVERS)])
def empty_records_url(request: pytest.FixtureRequest) -> str:
    """A database without tables."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def records(empty_records_url: str) -> AsyncIterator[Records]:
    await migrate(empty_records_url)
    opened = open_records(empty_records_url)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory:", pytest.param("redis", marks=SERVERS)])
async def moments(request: pytest.FixtureRequest) -> AsyncIterator[Moments]:
    url = request.param if request.param == "memory:" else request.getfixturevalue("redis_url")
    opened = open_moments(url, system_clock)
    yield opened
    await opened.close()
