"""Operators: invited by a one-time link, changed, suspended and deleted by an administrator."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.paging import Page, Paging, page_of
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import NoSuchThing
from gateway.operators import registry
from gateway.operators.invitations import make_invitation
from gateway.operators.model import Operator, OperatorState, Permission, Role
from gateway.operators.rules import (
    NewOperator,
    OperatorChange,
    check_may_change,
    check_may_decide_on,
)

Text = Annotated[str, msgspec.Meta(max_length=200)]
RoleName = Literal["administrator", "service_manager", "clerk", "auditor"]
_Change = Callable[[AsyncConnection, str, int, datetime], Awaitable[Operator]]


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    login_name: Annotated[str, msgspec.Meta(max_length=254)]
    name: Text
    department: Text
    role: RoleName


class OperatorEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Text | None = None
    department: Text | None = None
    role: RoleName | None = None


class OperatorFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Literal["invited", "active", "suspended", "deleted"] | None = None


class OperatorView(msgspec.Struct, frozen=True):
    operator_id: str
    tenant_id: str | None
    login_name: str
    name: str
    department: str
    role: str
    state: str
    notice_acknowledged_at: datetime | None
    created_at: datetime
    last_signed_in_at: datetime | None
    version: int


class Invited(msgspec.Struct, frozen=True):
    operator: OperatorView
    link: str
    """Shown this once. Whoever opens it first sets how this operator signs in."""
    expires_at: datetime


def view(operator: Operator) -> OperatorView:
    return OperatorView(
        operator.operator_id,
        operator.tenant_id,
        operator.login_name,
        operator.name,
        operator.department,
        operator.role,
        operator.state,
        operator.notice_acknowledged_at,
        operator.created_at,
        operator.last_signed_in_at,
        operator.version,
    )


async def list_operators(call: Call) -> Answer:
    asked: OperatorFilter = call.query
    async with call.house.records.reading() as connection:
        rows = await registry.list_operators(
            connection,
            call.tenant_id,
            after=asked.after,
            limit=asked.limit + 1,
            state=None if asked.state is None else OperatorState(asked.state),
        )
    return Answer(page_of(rows, asked.limit, view, lambda row: row.login_name))


async def show_operator(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return _answer(await _subject(connection, call))


async def invite_operator(call: Call) -> Answer:
    asked: Invitation = call.body
    new = NewOperator(
        asked.login_name, asked.name, asked.department, Role(asked.role), call.tenant_id
    )
    async with call.house.records.writing() as connection:
        operator = await registry.invite(connection, new, call.now)
        return await _with_link(connection, call, operator, "operator.invited")


async def invite_again(call: Call) -> Answer:
    """Until the new link is used, what the operator signs in with stays good."""
    async with call.house.records.writing() as connection:
        operator = await _subject(connection, call)
        check_may_decide_on(call.operator, operator)
        return await _with_link(connection, call, operator, "operator.reinvited")


async def change_operator(call: Call) -> Answer:
    edit: OperatorEdit = call.body
    role = None if edit.role is None else Role(edit.role)
    change = OperatorChange(edit.name, edit.department, role)
    async with call.house.records.writing() as connection:
        before = await _subject(connection, call)
        check_may_change(call.operator, before, change)
        after = await registry.change(
            connection, before.operator_id, change, call.version, call.now
        )
        entry = call.entry(
            "operator.changed", operator=after.operator_id, role=f"{before.role} → {after.role}"
        )
        await call.house.audit.write(connection, entry)
    return _answer(after)


async def suspend_operator(call: Call) -> Answer:
    return await _decide(call, registry.suspend, "operator.suspended")


async def resume_operator(call: Call) -> Answer:
    return await _decide(call, registry.resume, "operator.resumed")


async def delete_operator(call: Call) -> Answer:
    return await _decide(call, registry.delete, "operator.deleted")


async def _decide(call: Call, change: _Change, deed: str) -> Answer:
    async with call.house.records.writing() as connection:
        before = await _subject(connection, call)
        check_may_decide_on(call.operator, before)
        after = await change(connection, before.operator_id, call.version, call.now)
        entry = call.entry(deed, operator=after.operator_id)
        await call.house.audit.write(connection, entry)
    if after.state is not OperatorState.ACTIVE:
        await call.house.door.sessions.end_all(after.operator_id, call.now)
    return _answer(after)


async def _subject(connection: AsyncConnection, call: Call) -> Operator:
    """Of the tenant in the path, or of the platform; nobody else's."""
    found = await registry.find_operator(connection, call.path["operator_id"])
    if found is None or found.tenant_id != call.tenant_id:
        raise NoSuchThing
    return found


async def _with_link(
    connection: AsyncConnection, call: Call, operator: Operator, deed: str
) -> Answer:
    lifetime = timedelta(hours=call.house.settings.admin.invitation_hours)
    token = await make_invitation(
        connection, call.house.keyed_hash, operator.operator_id, lifetime, call.now
    )
    entry = call.entry(deed, operator=operator.operator_id, role=operator.role)
    await call.house.audit.write(connection, entry)
    link = f"{call.house.settings.server.issuer}/admin/invitations/{token}"
    return Answer(Invited(view(operator), link, call.now + lifetime), operator.version)


def _answer(operator: Operator) -> Answer:
    return Answer(view(operator), operator.version)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    all_of_them, one = f"{above}/operators", f"{above}/operators/{{operator_id}}"
    return (
        Endpoint(
            name=f"list_{whose}_operators",
            method="GET",
            path=all_of_them,
            summary=f"The {whose}'s operators, by login name",
            permission=Permission.VIEW_OPERATORS,
            handle=list_operators,
            query=OperatorFilter,
            answer=Page[OperatorView],
        ),
        Endpoint(
            name=f"show_{whose}_operator",
            method="GET",
            path=one,
            summary=f"One operator of the {whose}",
            permission=Permission.VIEW_OPERATORS,
            handle=show_operator,
            answer=OperatorView,
        ),
        *_invitations(all_of_them, one, whose),
        Endpoint(
            name=f"change_{whose}_operator",
            method="PATCH",
            path=one,
            summary="Change the name, department or role",
            permission=Permission.MANAGE_OPERATORS,
            handle=change_operator,
            body=OperatorEdit,
            answer=OperatorView,
            conditional=True,
            dangerous=True,
            refusals=(409,),
        ),
        _decision(whose, one, "suspend", "PUT", "/suspension", suspend_operator),
        _decision(whose, one, "resume", "DELETE", "/suspension", resume_operator),
        _decision(whose, one, "delete", "DELETE", "", delete_operator),
    )


def _invitations(all_of_them: str, one: str, whose: str) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"invite_{whose}_operator",
            method="POST",
            path=all_of_them,
            summary=f"Invite an operator of the {whose}; the link is shown once",
            permission=Permission.MANAGE_OPERATORS,
            handle=invite_operator,
            body=Invitation,
            answer=Invited,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name=f"invite_{whose}_operator_again",
            method="POST",
            path=f"{one}/invitations",
            summary="A new link, for somebody who lost what they sign in with",
            permission=Permission.MANAGE_OPERATORS,
            handle=invite_again,
            answer=Invited,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
    )


def _decision(
    whose: str,
    one: str,
    verb: str,
    method: Literal["PUT", "DELETE"],
    below: str,
    handle: Callable[[Call], Awaitable[Answer]],
) -> Endpoint:
    return Endpoint(
        name=f"{verb}_{whose}_operator",
        method=method,
        path=one + below,
        summary=f"{verb.capitalize()} an operator",
        permission=Permission.MANAGE_OPERATORS,
        handle=handle,
        answer=OperatorView,
        conditional=True,
        dangerous=True,
        refusals=(409,),
    )
