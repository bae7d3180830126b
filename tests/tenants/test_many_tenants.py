"""The ten-thousandth tenant costs the hot path what the first did: one statement, two keys."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from gateway.store.api import Records
from gateway.tenants.clients import Clients
from tests.tenants.many import add_tenants, client_of

pytestmark = pytest.mark.anyio
MANY = 10_000


@contextmanager
def statements() -> Iterator[list[str]]:
    """All that any engine of this process is told meanwhile."""
    told: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        told.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_among_ten_thousand_tenants_a_client_is_one_look_by_keys(
    records: Records, clients: Clients
) -> None:
    await add_tenants(records, MANY)
    with statements() as told:
        found = await clients.find(client_of(MANY - 1))
    assert found is not None
    assert found.tenant_id == f"town-{MANY - 1}"
    assert len(told) == 1
    async with records.reading() as connection:
        plan = await connection.execute(
            sa.text(f"EXPLAIN QUERY PLAN {told[0].replace('?', ':id')}"),
            {"id": client_of(MANY - 1)},
        )
        steps = [row.detail for row in plan]
    assert len(steps) == 2
    for step, key in zip(sorted(steps), ("client_id", "tenant_id"), strict=True):
        assert re.fullmatch(rf"SEARCH \w+ USING INDEX sqlite_autoindex_\w+_1 \({key}=\?\)", step), (
            step
        )
