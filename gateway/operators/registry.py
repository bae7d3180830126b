"""The register of operators: who there is, and every change of their state."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing, StaleVersion
from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.records import api_tokens, invitations, operators, passkeys
from gateway.operators.rules import (
    NewOperator,
    OperatorChange,
    check_change,
    check_new,
    check_one_remains,
    is_active_administrator,
    normalise_login_name,
)
from gateway.tenants.records import has_ended, has_tenant

OPERATOR_COLUMNS = (
    operators.c.operator_id,
    operators.c.tenant_id,
    operators.c.login_name,
    operators.c.name,
    operators.c.department,
    operators.c.role,
    operators.c.state,
    operators.c.notice_acknowledged_at,
    operators.c.created_at,
    operators.c.last_signed_in_at,
    operators.c.version,
)
NO_CREDENTIALS: dict[str, None] = {
    "password_hash": None,
    "wrapped_totp_secret": None,
    "totp_last_step": None,
}

# Any number, as long as it is the same for all who could take an administrator away.
_ADVISORY_LOCK = 602_214_076_379_113

_ALL = sa.select(*OPERATOR_COLUMNS)
_BY_ID = _ALL.where(operators.c.operator_id == sa.bindparam("operator_id"))
_BY_LOGIN_NAME = _ALL.where(operators.c.login_name == sa.bindparam("login_name"))
_HAS_CREDENTIALS = sa.select(operators.c.operator_id).where(
    operators.c.operator_id == sa.bindparam("operator_id"),
    operators.c.password_hash.is_not(None)
    | sa.exists().where(passkeys.c.operator_id == operators.c.operator_id),
)


async def find_operator(connection: AsyncConnection, operator_id: str) -> Operator | None:
    row = (await connection.execute(_BY_ID, {"operator_id": operator_id})).one_or_none()
    return None if row is None else read_operator(row)


async def find_by_login_name(connection: AsyncConnection, login_name: str) -> Operator | None:
    """However it was typed; what cannot be a login name is nobody's."""
    try:
        kept = normalise_login_name(login_name)
    except InvalidField:
        return None
    row = (await connection.execute(_BY_LOGIN_NAME, {"login_name": kept})).one_or_none()
    return None if row is None else read_operator(row)


async def list_operators(
    connection: AsyncConnection,
    tenant_id: str | None,
    *,
    after: str | None = None,
    limit: int,
    state: OperatorState | None = None,
) -> list[Operator]:
    """The tenant's, or the platform's own (None), by login name; a page begins behind `after`."""
    query = _ALL.where(*_of(tenant_id, state)).order_by(operators.c.login_name).limit(limit)
    if after is not None:
        query = query.where(operators.c.login_name > after)
    return [read_operator(row) for row in await connection.execute(query)]


async def count_operators(
    connection: AsyncConnection, tenant_id: str | None, state: OperatorState | None = None
) -> int:
    query = sa.select(sa.func.count()).select_from(operators).where(*_of(tenant_id, state))
    return (await connection.execute(query)).scalar_one()


async def has_administrator(connection: AsyncConnection) -> bool:
    """Whether the platform has one, who is active or may still become it."""
    query = sa.select(operators.c.operator_id).where(
        *_of(None, None),
        operators.c.role == Role.ADMINISTRATOR,
        operators.c.state.in_((OperatorState.INVITED, OperatorState.ACTIVE)),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def invite(connection: AsyncConnection, new: NewOperator, now: datetime) -> Operator:
    """Raises InvalidField, NoSuchThing (the tenant) or Conflict: a login name is one person's for
    ever, so that the logs of somebody who left are never taken for somebody else's."""
    new = check_new(new)
    if new.tenant_id is not None:
        await _check_tenant(connection, new.tenant_id)
    row = {
        "operator_id": secrets.token_hex(16),
        "tenant_id": new.tenant_id,
        "login_name": new.login_name,
        "name": new.name,
        "department": new.department,
        "role": new.role,
        "state": OperatorState.INVITED,
        "created_at": now,
    }
    query = operators.insert().values(row).returning(*OPERATOR_COLUMNS)
    try:
        return read_operator((await connection.execute(query)).one())
    except sa.exc.IntegrityError as cause:
        raise Conflict("the login name is taken") from cause


async def _check_tenant(connection: AsyncConnection, tenant_id: str) -> None:
    if not await has_tenant(connection, tenant_id):
        raise NoSuchThing
    if await has_ended(connection, tenant_id):
        raise Conflict("the tenant has ended")


async def change(
    connection: AsyncConnection,
    operator_id: str,
    change: OperatorChange,
    expected_version: int,
    now: datetime,
) -> Operator:
    """Raises InvalidField, NoSuchThing, StaleVersion or Conflict."""
    check_change(change)
    before = await _to_change(connection, operator_id, expected_version)
    given = {"name": change.name, "department": change.department, "role": change.role}
    values = {field: value for field, value in given.items() if value is not None}
    if change.role not in (None, Role.ADMINISTRATOR):
        await _keep_an_administrator(connection, before)
    return await _update(connection, before, values, now)


async def suspend(
    connection: AsyncConnection, operator_id: str, expected_version: int, now: datetime
) -> Operator:
    """Links that are under way end, and do not come back with `resume`. Raises NoSuchThing,
    StaleVersion or Conflict."""
    before = await _to_change(connection, operator_id, expected_version)
    if before.state is OperatorState.SUSPENDED:
        raise Conflict("the operator is suspended already")
    await _keep_an_administrator(connection, before)
    await _forget(connection, invitations, operator_id)
    return await _update(connection, before, {"state": OperatorState.SUSPENDED}, now)


async def resume(
    connection: AsyncConnection, operator_id: str, expected_version: int, now: datetime
) -> Operator:
    """Somebody who never set credentials is as invited as before, and needs a new link. Raises
    NoSuchThing, StaleVersion or Conflict."""
    before = await _to_change(connection, operator_id, expected_version)
    if before.state is not OperatorState.SUSPENDED:
        raise Conflict("the operator is not suspended")
    found = await connection.execute(_HAS_CREDENTIALS, {"operator_id": operator_id})
    state = OperatorState.INVITED if found.first() is None else OperatorState.ACTIVE
    return await _update(connection, before, {"state": state}, now)


async def delete(
    connection: AsyncConnection, operator_id: str, expected_version: int, now: datetime
) -> Operator:
    """Nothing to sign in with is left; the row stays for the logs. Raises NoSuchThing, StaleVersion
    or Conflict."""
    before = await _to_change(connection, operator_id, expected_version)
    await _keep_an_administrator(connection, before)
    # Links first: somebody who is using one at this moment is waited for, not locked against.
    for table in (invitations, passkeys, api_tokens):
        await _forget(connection, table, operator_id)
    values = {"state": OperatorState.DELETED, **NO_CREDENTIALS}
    return await _update(connection, before, values, now)


async def acknowledge_notice(
    connection: AsyncConnection, operator_id: str, now: datetime
) -> Operator:
    """The first time counts. Raises NoSuchThing where the operator is not active."""
    found = await find_operator(connection, operator_id)
    if found is None or found.state is not OperatorState.ACTIVE:
        raise NoSuchThing
    if found.notice_acknowledged_at is not None:
        return found
    return await _update(connection, found, {"notice_acknowledged_at": now}, now)


async def stand_in_line(connection: AsyncConnection) -> None:
    """Of two who each take another administrator away, the second has to see what the first did.
    SQLite's writers stand in line anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def read_operator(row: sa.Row[*tuple[Any, ...]]) -> Operator:
    """From a row of OPERATOR_COLUMNS."""
    return Operator(
        operator_id=row.operator_id,
        tenant_id=row.tenant_id,
        login_name=row.login_name,
        name=row.name,
        department=row.department,
        role=Role(row.role),
        state=OperatorState(row.state),
        notice_acknowledged_at=row.notice_acknowledged_at,
        created_at=row.created_at,
        last_signed_in_at=row.last_signed_in_at,
        version=row.version,
    )


async def _to_change(
    connection: AsyncConnection, operator_id: str, expected_version: int
) -> Operator:
    await stand_in_line(connection)
    found = await find_operator(connection, operator_id)
    if found is None:
        raise NoSuchThing
    if found.version != expected_version:
        raise StaleVersion
    if found.state is OperatorState.DELETED:
        raise Conflict("the operator is deleted")
    return found


async def _keep_an_administrator(connection: AsyncConnection, leaving: Operator) -> None:
    if not is_active_administrator(leaving):
        return
    query = sa.select(sa.func.count()).select_from(operators)
    query = query.where(
        *_of(leaving.tenant_id, OperatorState.ACTIVE),
        operators.c.role == Role.ADMINISTRATOR,
        operators.c.operator_id != leaving.operator_id,
    )
    check_one_remains((await connection.execute(query)).scalar_one())


async def _update(
    connection: AsyncConnection, before: Operator, values: dict[str, Any], now: datetime
) -> Operator:
    query = operators.update().where(
        operators.c.operator_id == before.operator_id, operators.c.version == before.version
    )
    query = query.values(changed_at=now, version=operators.c.version + 1, **values)
    row = (await connection.execute(query.returning(*OPERATOR_COLUMNS))).one_or_none()
    if row is None:
        raise StaleVersion
    return read_operator(row)


async def _forget(connection: AsyncConnection, table: sa.Table, operator_id: str) -> None:
    await connection.execute(table.delete().where(table.c.operator_id == operator_id))


def _of(tenant_id: str | None, state: OperatorState | None) -> Sequence[sa.ColumnElement[bool]]:
    own = operators.c.tenant_id
    tenant = own.is_(None) if tenant_id is None else own == tenant_id
    return [tenant] if state is None else [tenant, operators.c.state == state]
