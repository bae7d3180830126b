"""What an operator signs in with, as the store keeps it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.operators.model import Operator, OperatorState
from gateway.operators.records import operators
from gateway.operators.registry import OPERATOR_COLUMNS, read_operator

_KNOWN = sa.select(*OPERATOR_COLUMNS, operators.c.password_hash, operators.c.wrapped_totp_secret)
_BY_ID = _KNOWN.where(operators.c.operator_id == sa.bindparam("operator_id"))
_BY_LOGIN_NAME = _KNOWN.where(operators.c.login_name == sa.bindparam("login_name"))


@dataclass(frozen=True, slots=True)
class Known:
    """An operator of the register, in whatever state."""

    operator: Operator
    password_hash: str | None = field(repr=False)
    wrapped_totp_secret: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordAndCodes:
    """What is set together: a password, and the secret a code was shown to come from."""

    password_hash: str = field(repr=False)
    wrapped_totp_secret: bytes = field(repr=False)
    totp_last_step: int


async def known_by_id(connection: AsyncConnection, operator_id: str) -> Known | None:
    row = (await connection.execute(_BY_ID, {"operator_id": operator_id})).one_or_none()
    return None if row is None else _known(row)


async def known_by_login_name(connection: AsyncConnection, login_name: str) -> Known | None:
    """By the login name as it is kept."""
    row = (await connection.execute(_BY_LOGIN_NAME, {"login_name": login_name})).one_or_none()
    return None if row is None else _known(row)


async def set_password_and_codes(
    connection: AsyncConnection, operator_id: str, new: PasswordAndCodes
) -> None:
    query = operators.update().where(operators.c.operator_id == operator_id)
    await connection.execute(
        query.values(
            password_hash=new.password_hash,
            wrapped_totp_secret=new.wrapped_totp_secret,
            totp_last_step=new.totp_last_step,
        )
    )


async def replace_password(
    connection: AsyncConnection, operator_id: str, password_hash: str
) -> bool:
    """False where there was none: without codes beside it, a password is no way in."""
    query = operators.update().where(
        operators.c.operator_id == operator_id,
        operators.c.state == OperatorState.ACTIVE,
        operators.c.password_hash.is_not(None),
        operators.c.wrapped_totp_secret.is_not(None),
    )
    return (await connection.execute(query.values(password_hash=password_hash))).rowcount == 1


async def replace_hash(
    connection: AsyncConnection, operator_id: str, before: str, after: str
) -> None:
    """Of the same password, made with today's parameters; one that was changed meanwhile stays."""
    query = operators.update().where(
        operators.c.operator_id == operator_id, operators.c.password_hash == before
    )
    await connection.execute(query.values(password_hash=after))


async def note_sign_in(
    connection: AsyncConnection, operator_id: str, now: datetime
) -> Operator | None:
    """Decides on the state: None where the operator is not active, whatever they have shown. No new
    version: an administrator's change does not go stale by it."""
    query = operators.update().where(
        operators.c.operator_id == operator_id, operators.c.state == OperatorState.ACTIVE
    )
    query = query.values(last_signed_in_at=now)
    row = (await connection.execute(query.returning(*OPERATOR_COLUMNS))).one_or_none()
    return None if row is None else read_operator(row)


def _known(row: sa.Row[*tuple[Any, ...]]) -> Known:
    return Known(read_operator(row), row.password_hash, row.wrapped_totp_secret)
