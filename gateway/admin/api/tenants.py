"""Tenants: the platform makes and ends them; each sees its own."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.paging import Page, Paging, page_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.operators.model import Permission
from gateway.tenants import registry
from gateway.tenants.registry import TenantRecord

_Change = Callable[[AsyncConnection, str, int, datetime], Awaitable[TenantRecord]]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_ONE = "/tenants/{tenant_id}"


class NewTenant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenant_id: Annotated[str, msgspec.Meta(max_length=64)]
    name_ja: Name
    name_en: Name


class TenantNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name_ja: Name
    name_en: Name


class TenantFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Literal["active", "suspended", "deleted"] | None = None
    text: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class TenantView(msgspec.Struct, frozen=True):
    tenant_id: str
    name_ja: str
    name_en: str
    state: str
    created_at: datetime
    deleted_at: datetime | None
    version: int


def view(tenant: TenantRecord) -> TenantView:
    return TenantView(
        tenant.tenant_id,
        tenant.name_ja,
        tenant.name_en,
        tenant.state,
        tenant.created_at,
        tenant.deleted_at,
        tenant.version,
    )


async def list_tenants(call: Call) -> Answer:
    asked: TenantFilter = call.query
    async with call.house.records.reading() as connection:
        rows = await registry.list_tenants(
            connection,
            after=asked.after,
            limit=asked.limit + 1,
            state=None if asked.state is None else registry.TenantState(asked.state),
            text=asked.text,
        )
    return Answer(page_of(rows, asked.limit, view, lambda row: row.tenant_id))


async def show_tenant(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return _answer(await registry.find_tenant(connection, call.path["tenant_id"]))


async def create_tenant(call: Call) -> Answer:
    new: NewTenant = call.body
    async with call.house.records.writing() as connection:
        tenant = await registry.create_tenant(
            connection, new.tenant_id, new.name_ja, new.name_en, call.now
        )
        entry = call.entry("tenant.created", tenant_id=tenant.tenant_id)
        await call.house.audit.write(connection, entry)
    return _answer(tenant)


async def change_tenant(call: Call) -> Answer:
    names: TenantNames = call.body
    async with call.house.records.writing() as connection:
        tenant = await registry.change_tenant(
            connection,
            call.path["tenant_id"],
            names.name_ja,
            names.name_en,
            call.version,
            call.now,
        )
        await call.house.audit.write(connection, call.entry("tenant.changed"))
    return _answer(tenant)


async def suspend_tenant(call: Call) -> Answer:
    return await _change_state(call, registry.suspend_tenant, "tenant.suspended")


async def resume_tenant(call: Call) -> Answer:
    return await _change_state(call, registry.resume_tenant, "tenant.resumed")


async def delete_tenant(call: Call) -> Answer:
    """Its services stop at once; nothing is destroyed, and it can be restored for a while."""
    return await _change_state(call, registry.delete_tenant, "tenant.deleted")


async def restore_tenant(call: Call) -> Answer:
    undo = timedelta(days=call.house.settings.admin.undo_days)
    return await _change_state(call, partial(registry.restore_tenant, undo=undo), "tenant.restored")


async def _change_state(call: Call, change: _Change, deed: str) -> Answer:
    async with call.house.records.writing() as connection:
        tenant = await change(connection, call.path["tenant_id"], call.version, call.now)
        await call.house.audit.write(connection, call.entry(deed))
    call.house.allow_lists.forget()
    return _answer(tenant)


def _answer(tenant: TenantRecord) -> Answer:
    return Answer(view(tenant), tenant.version)


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="list_tenants",
            method="GET",
            path="/tenants",
            summary="The tenants, by ID",
            permission=Permission.VIEW,
            handle=list_tenants,
            query=TenantFilter,
            answer=Page[TenantView],
        ),
        Endpoint(
            name="create_tenant",
            method="POST",
            path="/tenants",
            summary="Make a tenant; it is there at once",
            permission=Permission.MANAGE_TENANTS,
            handle=create_tenant,
            body=NewTenant,
            answer=TenantView,
            status=201,
            refusals=(409,),
        ),
        Endpoint(
            name="show_tenant",
            method="GET",
            path=_ONE,
            summary="One tenant",
            permission=Permission.VIEW,
            handle=show_tenant,
            answer=TenantView,
        ),
        Endpoint(
            name="change_tenant",
            method="PATCH",
            path=_ONE,
            summary="Change a tenant's names",
            permission=Permission.MANAGE_TENANTS,
            handle=change_tenant,
            body=TenantNames,
            answer=TenantView,
            conditional=True,
            refusals=(409,),
        ),
        _state("suspend", "PUT", "/suspension", suspend_tenant),
        _state("resume", "DELETE", "/suspension", resume_tenant),
        _state("delete", "DELETE", "", delete_tenant),
        _state("restore", "DELETE", "/deletion", restore_tenant),
    )


def _state(
    verb: str,
    method: Literal["PUT", "DELETE"],
    below: str,
    handle: Callable[[Call], Awaitable[Answer]],
) -> Endpoint:
    return Endpoint(
        name=f"{verb}_tenant",
        method=method,
        path=_ONE + below,
        summary=f"{verb.capitalize()} a tenant",
        permission=Permission.MANAGE_TENANTS,
        handle=handle,
        answer=TenantView,
        conditional=True,
        dangerous=verb in ("suspend", "delete"),
        refusals=(409,),
    )
