"""Deeds that need two people: listed, approved, refused, withdrawn. What is asked for stands with
its subject (exports, deletions)."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.carrying_out import CARRIED_OUT
from gateway.admin.api.deed_view import DeedView, resident_of, view, views
from gateway.admin.api.paging import Page, Paging, page_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import InvalidField, NoSuchThing
from gateway.operators import two_person
from gateway.operators.deeds import ANY, DeedState, TwoPersonDeed
from gateway.operators.model import Operator, Permission

log = logging.getLogger(__name__)

Decide = Callable[[AsyncConnection, str, Operator, datetime], Awaitable[TwoPersonDeed]]


class DeedFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Literal["waiting", "approved", "refused", "withdrawn", "expired"] | None = None


async def list_deeds(call: Call) -> Answer:
    asked: DeedFilter = call.query
    async with call.house.records.reading() as connection:
        after = await _page_end(connection, call, asked.after)
        rows = await two_person.list_deeds(
            connection,
            call.tenant_id or ANY,
            call.now,
            state=None if asked.state is None else DeedState(asked.state),
            after=after,
            limit=asked.limit + 1,
        )
        shown = await views(connection, call, rows)
    return Answer(page_of(shown, asked.limit, lambda deed: deed, lambda deed: deed.deed_id))


async def _page_end(
    connection: AsyncConnection, call: Call, deed_id: str | None
) -> TwoPersonDeed | None:
    """What the page before ended with. Raises InvalidField."""
    if deed_id is None:
        return None
    try:
        return await _subject(connection, call, deed_id)
    except NoSuchThing as cause:
        raise InvalidField("after", "the ID that the page before ended with") from cause


async def show_deed(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        deed = await _subject(connection, call, call.path["deed_id"])
        return Answer(await view(connection, call, deed))


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
        done = await _subject(connection, call, deed.deed_id)
        shown = await view(connection, call, done)
    call.house.allow_lists.forget()
    if deed.kind in CARRIED_OUT:
        await _overwrite(call)
    return Answer(shown)


async def _overwrite(call: Call) -> None:
    """What was destroyed is gone from the records already; this is its older copies' turn."""
    records = call.house.records
    if records.overwrites and not await records.overwrite_deleted():
        log.warning("older copies of what was destroyed wait for the store's next clean-up")


async def refuse_deed(call: Call) -> Answer:
    return await _decide(call, two_person.refuse, "deed.refused")


async def withdraw_deed(call: Call) -> Answer:
    return await _decide(call, two_person.withdraw, "deed.withdrawn")


async def _decide(call: Call, decide: Decide, told: str) -> Answer:
    async with call.house.records.writing() as connection:
        before = await _subject(connection, call, call.path["deed_id"])
        deed = await decide(connection, before.deed_id, call.operator, call.now)
        await _log(connection, call, deed, told)
        return Answer(await view(connection, call, deed))


async def _subject(connection: AsyncConnection, call: Call, deed_id: str) -> TwoPersonDeed:
    """Of the tenant in the path; the platform's operators see every deed."""
    deed = await two_person.find_deed(connection, deed_id, call.now)
    if deed is None or (call.tenant_id is not None and deed.tenant_id != call.tenant_id):
        raise NoSuchThing
    return deed


async def _log(connection: AsyncConnection, call: Call, deed: TwoPersonDeed, told: str) -> None:
    entry = call.entry(
        told,
        tenant_id=deed.tenant_id,
        resident=resident_of(call, deed),
        what=deed.kind,
        deed=deed.deed_id,
    )
    await call.house.audit.write(connection, entry)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    one = f"{above}/deeds/{{deed_id}}"
    return (
        Endpoint(
            name=f"list_{whose}_deeds",
            method="GET",
            path=f"{above}/deeds",
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
        *_decisions(one, whose),
    )


def _decisions(one: str, whose: str) -> tuple[Endpoint, ...]:
    return (
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
