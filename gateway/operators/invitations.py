"""One-time links: how an operator comes to credentials, the first time and after losing them."""

import re
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.operators.model import Operator, OperatorState
from gateway.operators.records import api_tokens, invitations, operators, passkeys
from gateway.operators.registry import (
    NO_CREDENTIALS,
    OPERATOR_COLUMNS,
    find_operator,
    read_operator,
)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_WELCOME = (OperatorState.INVITED, OperatorState.ACTIVE)


async def make_invitation(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    operator_id: str,
    lifetime: timedelta,
    now: datetime,
) -> str:
    """Returns the token, this once: only its keyed hash is kept. Earlier ones of the operator end.

    Dangerous for an operator who is active: whoever uses the link takes the place of whatever that
    operator signs in with. Until then nothing changes for them. Raises NoSuchThing or Conflict."""
    operator = await find_operator(connection, operator_id)
    if operator is None:
        raise NoSuchThing
    if operator.state not in _WELCOME:
        raise Conflict(f"the operator is {operator.state}")
    await connection.execute(invitations.delete().where(invitations.c.operator_id == operator_id))
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": _hash(keyed_hash, token),
        "operator_id": operator_id,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    await connection.execute(invitations.insert().values(row))
    return token


async def find_invitation(
    connection: AsyncConnection, keyed_hash: KeyedHash, token: str, now: datetime
) -> Operator | None:
    """Whom the link would let in; it is not used by this."""
    if not _TOKEN.match(token):
        return None
    query = (
        sa.select(*OPERATOR_COLUMNS)
        .join(invitations, invitations.c.operator_id == operators.c.operator_id)
        .where(*_good(keyed_hash, token, now), operators.c.state.in_(_WELCOME))
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else read_operator(row)


async def use_invitation(
    connection: AsyncConnection, keyed_hash: KeyedHash, token: str, now: datetime
) -> Operator | None:
    """Uses the link up: of many at once one gets the operator, who is active from now on, without
    any credentials, passkeys or API tokens of before. The caller sets new credentials in the same
    transaction."""
    if not _TOKEN.match(token):
        return None
    use = invitations.update().where(*_good(keyed_hash, token, now)).values(used_at=now)
    used = await connection.execute(use.returning(invitations.c.operator_id))
    operator_id: str | None = used.scalar_one_or_none()
    if operator_id is None:
        return None
    own = operators.c.operator_id == operator_id
    activate = operators.update().where(own, operators.c.state.in_(_WELCOME))
    activate = activate.values(
        state=OperatorState.ACTIVE,
        changed_at=now,
        version=operators.c.version + 1,
        **NO_CREDENTIALS,
    )
    row = (await connection.execute(activate.returning(*OPERATOR_COLUMNS))).one_or_none()
    if row is None:
        return None
    for table in (passkeys, api_tokens):
        await connection.execute(table.delete().where(table.c.operator_id == operator_id))
    return read_operator(row)


def _good(keyed_hash: KeyedHash, token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        invitations.c.token_hash == _hash(keyed_hash, token),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > now,
    )


def _hash(keyed_hash: KeyedHash, token: str) -> str:
    return keyed_hash.hash("invitation", token)
