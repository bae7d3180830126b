"""Deeds that need two people: listed, approved, refused, withdrawn. What is asked for stands with
its subject (exports, deletions)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.carrying_out import CARRIED_OUT
from gateway.admin.api.paging import Page, Paging, page_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import NoSuchThing
from gateway.operators import two_person
from gateway.operators.deeds import ANY, DeedState, TwoPersonDeed
from gateway.operators.model import Operator, Permission

Decide = Callable[[AsyncConnection, str, Operator, datetime], Awaitable[TwoPersonDeed]]


class DeedFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Literal["waiting", "approved", "refused", "withdrawn", "expired"] | None = None


class DeedView(msgspec.Struct, frozen=True):
    deed_id: str
    kind: str
    tenant_id: str | None
    subject: Mapping[str, Any]
    document_number: str
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None


def view(deed: TwoPersonDeed) -> DeedView:
    return DeedView(
        deed.deed_id,
        deed.kind,
        deed.tenant_id,
        deed.subject,
        deed.document_number,
        deed.reason,
        deed.state,
        deed.asked_by,
        deed.asked_at,
        deed.expires_at,
        deed.decided_by,
        deed.decided_at,
    )


async def list_deeds(call: Call) -> Answer:
    asked: DeedFilter = call.query
    async with call.house.records.reading() as connection:
        after = None
        if asked.after is not None:
            after = await _subject(connection, call, asked.after)
        rows = await two_person.list_deeds(
            connection,
            call.tenant_id or ANY,
            call.now,
            state=None if asked.state is None else DeedState(asked.state),
            after=after,
            limit=asked.limit + 1,
        )
    return Answer(page_of(rows, asked.limit, view, lambda row: row.deed_id))


async def show_deed(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return Answer(view(await _subject(connection, call, call.path["deed_id"])))


async def approve_deed(call: Call) -> Answer:
    """What was approved is done in the same transaction: there is no approved deed that is not
    done, and none done that was not approved."""
    async with call.house.records.writing() as connection:
        before = await _subject(connection, call, call.path["deed_id"])
        deed = await two_person.approve(connection, before.deed_id, call.operator, call.now)
        await _log(connection, call, deed, "deed.approved")
        carry_out = CARRIED_OUT.get(deed.kind)
        if carry_out is not None:
            await carry_out(connection, call, deed)
    if deed.kind in CARRIED_OUT:
        await call.house.records.overwrite_deleted()
    call.house.allow_lists.forget()
    return Answer(view(deed))


async def refuse_deed(call: Call) -> Answer:
    return await _decide(call, two_person.refuse, "deed.refused")


async def withdraw_deed(call: Call) -> Answer:
    return await _decide(call, two_person.withdraw, "deed.withdrawn")


async def _decide(call: Call, decide: Decide, told: str) -> Answer:
    async with call.house.records.writing() as connection:
        before = await _subject(connection, call, call.path["deed_id"])
        deed = await decide(connection, before.deed_id, call.operator, call.now)
        await _log(connection, call, deed, told)
    return Answer(view(deed))


async def _subject(connection: AsyncConnection, call: Call, deed_id: str) -> TwoPersonDeed:
    """Of the tenant in the path; the platform's operators see every deed."""
    deed = await two_person.find_deed(connection, deed_id, call.now)
    if deed is None or (call.tenant_id is not None and deed.tenant_id != call.tenant_id):
        raise NoSuchThing
    return deed


async def _log(connection: AsyncConnection, call: Call, deed: TwoPersonDeed, told: str) -> None:
    entry = call.entry(told, tenant_id=deed.tenant_id, kind=deed.kind, deed=deed.deed_id)
    await call.house.audit.write(connection, entry)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    all_of_them, one = f"{above}/deeds", f"{above}/deeds/{{deed_id}}"
    return (
        Endpoint(
            name=f"list_{whose}_deeds",
            method="GET",
            path=all_of_them,
            summary="Deeds that need two people, the latest first",
            permission=Permission.VIEW_DEEDS,
            handle=list_deeds,
            query=DeedFilter,
            answer=Page[DeedView],
        ),
        Endpoint(
            name=f"show_{whose}_deed",
            method="GET",
            path=one,
            summary="One deed",
            permission=Permission.VIEW_DEEDS,
            handle=show_deed,
            answer=DeedView,
        ),
        Endpoint(
            name=f"approve_{whose}_deed",
            method="PUT",
            path=f"{one}/approval",
            summary="Be the second person; what was asked for is done",
            permission=Permission.APPROVE,
            handle=approve_deed,
            answer=DeedView,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name=f"refuse_{whose}_deed",
            method="PUT",
            path=f"{one}/refusal",
            summary="Refuse what was asked for",
            permission=Permission.APPROVE,
            handle=refuse_deed,
            answer=DeedView,
            refusals=(409,),
        ),
        Endpoint(
            name=f"withdraw_{whose}_deed",
            method="DELETE",
            path=one,
            summary="Withdraw what one asked for oneself",
            permission=Permission.VIEW_DEEDS,
            handle=withdraw_deed,
            answer=DeedView,
            refusals=(409,),
        ),
    )
