"""Deeds that need two people, at rest: one asks, another decides, what came of it is noted."""

import secrets
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NoSuchThing
from gateway.operators.deeds import (
    ANY,
    NEEDED_TO_ASK,
    DeedKind,
    DeedState,
    EveryTenant,
    TwoPersonDeed,
    check_may_ask,
    check_may_decide,
    check_waits,
    state_at,
)
from gateway.operators.model import Operator, Permission, may
from gateway.operators.records import two_person_deeds
from gateway.operators.registry import find_operator
from gateway.operators.rules import check_text
from gateway.tenants.records import has_tenant

_ALL = sa.select(two_person_deeds)


async def ask(
    connection: AsyncConnection,
    kind: DeedKind,
    tenant_id: str | None,
    subject: Mapping[str, Any],
    document_number: str,
    reason: str,
    asked_by: Operator,
    lifetime: timedelta,
    now: datetime,
) -> TwoPersonDeed:
    """Raises InvalidField, NoSuchThing or, where the same is waiting already, Conflict."""
    check_text("document_number", document_number, 100)
    check_text("reason", reason, 400)
    check_may_ask(asked_by, kind, tenant_id)
    if tenant_id is not None and not await has_tenant(connection, tenant_id):
        raise NoSuchThing
    deed = TwoPersonDeed(
        deed_id=secrets.token_hex(16),
        kind=kind,
        tenant_id=tenant_id,
        subject=msgspec.to_builtins(dict(subject)),
        document_number=document_number,
        reason=reason,
        state=DeedState.WAITING,
        asked_by=asked_by.operator_id,
        asked_at=now,
        expires_at=now + lifetime,
        decided_by=None,
        decided_at=None,
        result=None,
    )
    await _stand_in_line(connection, deed)
    waiting = _of(tenant_id, DeedState.WAITING, now)
    same = sa.select(two_person_deeds.c.subject).where(*waiting, two_person_deeds.c.kind == kind)
    if deed.subject in (await connection.execute(same)).scalars().all():
        raise Conflict("the same deed waits for its second person already")
    row = {field.name: getattr(deed, field.name) for field in fields(deed)}
    del row["result"]  # absent, not JSON's null
    await connection.execute(two_person_deeds.insert().values(row))
    return deed


async def approve(
    connection: AsyncConnection, deed_id: str, approver: Operator, now: datetime
) -> TwoPersonDeed:
    """Of two at once one is the second person. Whoever asked has to be one who still may: a deed
    does not outlive its asker's authority. Nor its approver's, who may have waited for the store.
    Raises NoSuchThing or Conflict."""
    deed = await _existing(connection, deed_id, now)
    check_may_decide(deed, approver, now)
    second = await find_operator(connection, approver.operator_id)
    if second is None or not may(second, Permission.APPROVE, deed.tenant_id):
        raise NoSuchThing
    asker = await find_operator(connection, deed.asked_by)
    if asker is None or not may(asker, NEEDED_TO_ASK[deed.kind], deed.tenant_id):
        raise Conflict("whoever asked may no longer ask for this")
    return await _decide(connection, deed, DeedState.APPROVED, approver, now)


async def refuse(
    connection: AsyncConnection, deed_id: str, refuser: Operator, now: datetime
) -> TwoPersonDeed:
    """Raises NoSuchThing or Conflict."""
    deed = await _existing(connection, deed_id, now)
    check_may_decide(deed, refuser, now)
    return await _decide(connection, deed, DeedState.REFUSED, refuser, now)


async def withdraw(
    connection: AsyncConnection, deed_id: str, asker: Operator, now: datetime
) -> TwoPersonDeed:
    """Raises NoSuchThing, to everybody but who asked, or Conflict."""
    deed = await _existing(connection, deed_id, now)
    if deed.asked_by != asker.operator_id:
        raise NoSuchThing
    check_waits(deed, now)
    return await _decide(connection, deed, DeedState.WITHDRAWN, asker, now)


async def note_result(connection: AsyncConnection, deed_id: str, result: Mapping[str, Any]) -> None:
    """What came of an approved deed, once. Raises Conflict."""
    noted = two_person_deeds.update().where(
        two_person_deeds.c.deed_id == deed_id,
        two_person_deeds.c.state == DeedState.APPROVED,
        two_person_deeds.c.result.is_(sa.null()),
    )
    done = await connection.execute(noted.values(result=msgspec.to_builtins(dict(result))))
    if done.rowcount != 1:
        raise Conflict("the deed is not approved, or its result is noted already")


async def find_deed(
    connection: AsyncConnection, deed_id: str, now: datetime
) -> TwoPersonDeed | None:
    query = _ALL.where(two_person_deeds.c.deed_id == deed_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _read(row, now)


async def list_deeds(
    connection: AsyncConnection,
    tenant_id: str | Literal[EveryTenant.ANY] | None,
    now: datetime,
    *,
    state: DeedState | None = None,
    kind: DeedKind | None = None,
    asked_by: str | None = None,
    after: TwoPersonDeed | None = None,
    limit: int,
) -> list[TwoPersonDeed]:
    """The latest first; a page begins behind `after`."""
    at, deed_id = two_person_deeds.c.asked_at, two_person_deeds.c.deed_id
    query = _ALL.where(*_of(tenant_id, state, now)).order_by(at.desc(), deed_id).limit(limit)
    if kind is not None:
        query = query.where(two_person_deeds.c.kind == kind)
    if asked_by is not None:
        query = query.where(two_person_deeds.c.asked_by == asked_by)
    if after is not None:
        behind = (at == after.asked_at) & (deed_id > after.deed_id)
        query = query.where((at < after.asked_at) | behind)
    return [_read(row, now) for row in await connection.execute(query)]


async def count_waiting(
    connection: AsyncConnection, tenant_id: str | Literal[EveryTenant.ANY] | None, now: datetime
) -> int:
    """Deeds whose second person is still awaited."""
    query = sa.select(sa.func.count()).select_from(two_person_deeds)
    found = await connection.execute(query.where(*_of(tenant_id, DeedState.WAITING, now)))
    return found.scalar_one()


def _of(
    tenant_id: str | Literal[EveryTenant.ANY] | None, state: DeedState | None, now: datetime
) -> list[sa.ColumnElement[bool]]:
    """`state_at`, as a store sees it."""
    found: list[sa.ColumnElement[bool]] = []
    own, expires_at = two_person_deeds.c.tenant_id, two_person_deeds.c.expires_at
    if tenant_id is None:
        found.append(own.is_(None))
    elif tenant_id is not ANY:
        found.append(own == tenant_id)
    if state is DeedState.WAITING:
        found.append(expires_at > now)
    elif state is DeedState.EXPIRED:
        found.append(expires_at <= now)
        state = DeedState.WAITING
    if state is not None:
        found.append(two_person_deeds.c.state == state)
    return found


async def _existing(connection: AsyncConnection, deed_id: str, now: datetime) -> TwoPersonDeed:
    deed = await find_deed(connection, deed_id, now)
    if deed is None:
        raise NoSuchThing
    return deed


async def _decide(
    connection: AsyncConnection,
    deed: TwoPersonDeed,
    state: DeedState,
    decided_by: Operator,
    now: datetime,
) -> TwoPersonDeed:
    query = two_person_deeds.update().where(
        two_person_deeds.c.deed_id == deed.deed_id,
        two_person_deeds.c.state == DeedState.WAITING,
    )
    who = decided_by.operator_id
    done = await connection.execute(query.values(state=state, decided_by=who, decided_at=now))
    if done.rowcount != 1:
        raise Conflict("somebody else has decided already")
    return replace(deed, state=state, decided_by=who, decided_at=now)


async def _stand_in_line(connection: AsyncConnection, deed: TwoPersonDeed) -> None:
    """Of two who ask for the same at once, the second has to see what the first wrote. SQLite's
    writers stand in line anyway."""
    if connection.dialect.name == "postgresql":
        number = sa.func.hashtextextended(f"two-person-deed:{deed.kind}:{deed.tenant_id}", 0)
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _read(row: sa.Row[*tuple[Any, ...]], now: datetime) -> TwoPersonDeed:
    return TwoPersonDeed(
        deed_id=row.deed_id,
        kind=DeedKind(row.kind),
        tenant_id=row.tenant_id,
        subject=row.subject,
        document_number=row.document_number,
        reason=row.reason,
        state=state_at(DeedState(row.state), row.expires_at, now),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        result=row.result,
    )
