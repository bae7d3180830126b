"""Every search walks an index that ends with the time, and sorts nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from gateway.audit.model import LogKind
from gateway.audit.search import LogQuery, statement
from gateway.store.api import Records
from tests.support.gateway import NOW

EVERYTHING = LogQuery(of_tenant=None)
YESTERDAY = NOW - timedelta(days=1)
ALL = replace(
    EVERYTHING,
    actor="a",
    tenant_id="t",
    client_id="c",
    resident="r",
    address="192.0.2.1",
    kinds=(LogKind.OPERATION,),
    deed="d",
)


async def plan(records: Records, query: LogQuery) -> str:
    compiled = statement(query, "sqlite").compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    async with records.reading() as connection:
        lines = await connection.execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}"))
        return "\n".join(line.detail for line in lines)


@pytest.mark.anyio
@pytest.mark.parametrize("records_url", ["sqlite_store"], indirect=True)
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (EVERYTHING, "ix_log_entries_at"),
        (replace(EVERYTHING, since=NOW), "ix_log_entries_at (at>?)"),
        (replace(EVERYTHING, kinds=(LogKind.EVENT,), deed="d"), "ix_log_entries_at"),
        (replace(EVERYTHING, after_entry=7), "ix_log_entries_at (at<?)"),
        (replace(EVERYTHING, actor="a"), "ix_log_entries_actor_at (actor=?)"),
        (replace(EVERYTHING, tenant_id="t"), "ix_log_entries_tenant_id_at (tenant_id=?)"),
        (LogQuery(of_tenant="t"), "ix_log_entries_tenant_id_at (tenant_id=?)"),
        (replace(EVERYTHING, client_id="c"), "ix_log_entries_client_id_at (client_id=?)"),
        (replace(EVERYTHING, resident="r"), "ix_log_entries_resident_at (resident=?)"),
        (replace(EVERYTHING, address="::1"), "ix_log_entries_address_at (address=?)"),
        (replace(ALL, of_tenant="t"), "ix_log_entries_resident_at (resident=?)"),
        (LogQuery(of_tenant="t", address="::1"), "ix_log_entries_address_at (address=?)"),
        (LogQuery(of_tenant="t", actor="a"), "ix_log_entries_actor_at (actor=?)"),
        (LogQuery(of_tenant="t", client_id="c"), "ix_log_entries_client_id_at (client_id=?)"),
        (
            LogQuery(of_tenant="t", since=YESTERDAY, until=NOW),
            "ix_log_entries_tenant_id_at (tenant_id=? AND at>? AND at<?)",
        ),
        (
            LogQuery(of_tenant="t", after_entry=7),
            "ix_log_entries_tenant_id_at (tenant_id=? AND at<?)",
        ),
    ],
    ids=str,
)
async def test_a_search_walks_the_narrowest_index(
    records: Records, query: LogQuery, index: str
) -> None:
    found = await plan(records, query)
    assert f"USING INDEX {index}" in found
    assert "TEMP B-TREE" not in found


@pytest.mark.anyio
@pytest.mark.parametrize("records_url", ["sqlite_store"], indirect=True)
async def test_the_few_entries_of_a_request_are_found_before_all_else(records: Records) -> None:
    found = await plan(records, replace(ALL, request_id="r", of_tenant="t", since=YESTERDAY))
    assert "USING INDEX ix_log_entries_request_id (request_id=?)" in found
