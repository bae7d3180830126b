"""Tenants come and go: each change in the caller's transaction, for whoever saw this version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NoSuchThing, StaleVersion
from gateway.tenants.metadata import is_identifier
from gateway.tenants.metadata_rules import check_tenant
from gateway.tenants.model import Tenant
from gateway.tenants.paging import any_contains, one_page
from gateway.tenants.records import change_row, has_tenant, tenants


class TenantState(StrEnum):
    """Only an active tenant's clients are found."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    """Can be restored for a while."""
    ENDED = "ended"
    """For good; the row stays so that the ID is never given to somebody else."""


@dataclass(frozen=True, slots=True)
class TenantRecord:
    tenant_id: str
    name_ja: str
    name_en: str
    state: TenantState
    created_at: datetime
    changed_at: datetime | None
    deleted_at: datetime | None
    version: int

    @property
    def is_gone(self) -> bool:
        return self.state in (TenantState.DELETED, TenantState.ENDED)


_SEARCHED = (tenants.c.tenant_id, tenants.c.name_ja, tenants.c.name_en)


async def find_tenant(
    connection: AsyncConnection, tenant_id: str, *, for_update: bool = False
) -> TenantRecord:
    """Whatever its state. Raises NoSuchThing."""
    if not is_identifier(tenant_id):
        raise NoSuchThing  # what a store would choke on gets as far as this
    asked = sa.select(tenants).where(tenants.c.tenant_id == tenant_id)
    if for_update:
        asked = asked.with_for_update()
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise NoSuchThing
    return _record(row)


async def list_tenants(
    connection: AsyncConnection,
    *,
    after: str | None,
    limit: int,
    state: TenantState | None = None,
    text: str | None = None,
) -> tuple[TenantRecord, ...]:
    """In the order of their IDs, from the one behind `after` on. `text`: a part of ID or name.
    Raises InvalidField."""
    asked = one_page(sa.select(tenants), tenants.c.tenant_id, after, limit)
    if state is not None:
        asked = asked.where(tenants.c.state == state)
    if text:
        asked = asked.where(any_contains(_SEARCHED, text))
    return tuple(_record(row) for row in await connection.execute(asked))


async def create_tenant(
    connection: AsyncConnection, tenant_id: str, name_ja: str, name_en: str, now: datetime
) -> TenantRecord:
    """Raises InvalidField, or Conflict for an ID that is or was another's."""
    check_tenant(Tenant(tenant_id, name_ja, name_en))
    taken = Conflict("the ID is or was another tenant's")
    if await has_tenant(connection, tenant_id):
        raise taken
    row = {"tenant_id": tenant_id, "name_ja": name_ja, "name_en": name_en, "created_at": now}
    try:
        await connection.execute(tenants.insert().values(row))
    except sa.exc.IntegrityError as cause:
        raise taken from cause  # somebody else's transaction was faster
    return await find_tenant(connection, tenant_id)


async def change_tenant(
    connection: AsyncConnection,
    tenant_id: str,
    name_ja: str,
    name_en: str,
    expected_version: int,
    now: datetime,
) -> TenantRecord:
    """Raises InvalidField, NoSuchThing, StaleVersion, or Conflict for one that is gone."""
    check_tenant(Tenant(tenant_id, name_ja, name_en))
    before = await _as_seen(connection, tenant_id, expected_version)
    _check_state(before, TenantState.ACTIVE, TenantState.SUSPENDED)
    return await _write(connection, before, {"name_ja": name_ja, "name_en": name_en}, now)


async def suspend_tenant(
    connection: AsyncConnection, tenant_id: str, expected_version: int, now: datetime
) -> TenantRecord:
    """None of its clients is found any more, in no worker, from the commit on."""
    before = await _as_seen(connection, tenant_id, expected_version)
    _check_state(before, TenantState.ACTIVE)
    return await _write(connection, before, {"state": TenantState.SUSPENDED}, now)


async def resume_tenant(
    connection: AsyncConnection, tenant_id: str, expected_version: int, now: datetime
) -> TenantRecord:
    before = await _as_seen(connection, tenant_id, expected_version)
    _check_state(before, TenantState.SUSPENDED)
    return await _write(connection, before, {"state": TenantState.ACTIVE}, now)


async def delete_tenant(
    connection: AsyncConnection, tenant_id: str, expected_version: int, now: datetime
) -> TenantRecord:
    """Nothing is destroyed yet: it can be restored until the undo time is over."""
    before = await _as_seen(connection, tenant_id, expected_version)
    _check_state(before, TenantState.ACTIVE, TenantState.SUSPENDED)
    values = {"state": TenantState.DELETED, "deleted_at": now}
    return await _write(connection, before, values, now)


async def restore_tenant(
    connection: AsyncConnection,
    tenant_id: str,
    expected_version: int,
    now: datetime,
    undo: timedelta,
) -> TenantRecord:
    """It comes back suspended, whatever it was: somebody has a look before it serves residents."""
    before = await _as_seen(connection, tenant_id, expected_version)
    _check_state(before, TenantState.DELETED)
    if before.deleted_at is None or now >= before.deleted_at + undo:
        raise Conflict("the time to restore it is over")
    values = {"state": TenantState.SUSPENDED, "deleted_at": None}
    return await _write(connection, before, values, now)


async def _as_seen(
    connection: AsyncConnection, tenant_id: str, expected_version: int
) -> TenantRecord:
    found = await find_tenant(connection, tenant_id)
    if found.version != expected_version:
        raise StaleVersion
    return found


def _check_state(tenant: TenantRecord, *allowed: TenantState) -> None:
    if tenant.state not in allowed:
        raise Conflict(f"the tenant is {tenant.state}")


async def _write(
    connection: AsyncConnection, before: TenantRecord, values: Mapping[str, object], now: datetime
) -> TenantRecord:
    own = tenants.c.tenant_id == before.tenant_id
    await change_row(connection, tenants, own, before.version, {**values, "changed_at": now})
    return await find_tenant(connection, before.tenant_id)


def _record(row: sa.Row[Any]) -> TenantRecord:
    return TenantRecord(
        tenant_id=row.tenant_id,
        name_ja=row.name_ja,
        name_en=row.name_en,
        state=TenantState(row.state),
        created_at=row.created_at,
        changed_at=row.changed_at,
        deleted_at=row.deleted_at,
        version=row.version,
    )
