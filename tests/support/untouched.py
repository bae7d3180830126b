"""What a refusal leaves behind: not a row, and of what was sent not a word in any log."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest
import sqlalchemy as sa

from gateway.audit.records import log_entries
from gateway.store.tables import metadata
from tests.support.gateway import Gateway
from tests.support.log import log_text

PROBLEM = "application/problem+json"


async def rows(gateway: Gateway) -> Mapping[str, str]:
    """Every row of every table but the log's, which notes refusals."""
    tables = [table for table in metadata.sorted_tables if table is not log_entries]
    async with gateway.provider.records.reading() as connection:
        return {
            table.name: repr((await connection.execute(sa.select(table))).all()) for table in tables
        }


@asynccontextmanager
async def nothing_changes(gateway: Gateway) -> AsyncIterator[None]:
    before = await rows(gateway)
    yield
    assert await rows(gateway) == before


def check_refused(answer: httpx2.Response, status: int, *said: str) -> None:
    """As a problem, which says nothing back of what was `said`."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == status
    for one in said:
        assert one not in answer.text


async def check_unheard(gateway: Gateway, caplog: pytest.LogCaptureFixture, *said: str) -> None:
    """Neither the six logs nor the program's own have a word of it."""
    text = await log_text(gateway) + caplog.text
    for one in said:
        assert one not in text
