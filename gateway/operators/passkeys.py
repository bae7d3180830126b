"""Passkeys at rest: whose, how often used, and that nobody removes their last way in."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NoSuchThing
from gateway.operators.records import operators, passkeys
from gateway.operators.rules import check_text

LONGEST_NAME = 100
MOST = 20


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """As the authenticator made it, checked."""

    credential_id: str
    public_key: bytes = field(repr=False)
    sign_count: int


@dataclass(frozen=True, slots=True)
class Passkey:
    credential_id: str
    operator_id: str
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


async def find_passkey(connection: AsyncConnection, credential_id: str) -> Passkey | None:
    query = sa.select(passkeys).where(passkeys.c.credential_id == credential_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Passkey(**row._mapping)


async def list_passkeys(connection: AsyncConnection, operator_id: str) -> tuple[Passkey, ...]:
    query = (
        sa.select(passkeys)
        .where(passkeys.c.operator_id == operator_id)
        .order_by(passkeys.c.created_at, passkeys.c.credential_id)
    )
    return tuple(Passkey(**row._mapping) for row in await connection.execute(query))


async def add_passkey(
    connection: AsyncConnection, operator_id: str, new: NewPasskey, name: str, now: datetime
) -> Passkey:
    """Raises InvalidField (the name) or Conflict."""
    check_text("name", name, LONGEST_NAME)
    await _stand_in_line(connection, operator_id)
    if len(await list_passkeys(connection, operator_id)) >= MOST:
        raise Conflict(f"an operator has at most {MOST} passkeys")
    if await find_passkey(connection, new.credential_id) is not None:
        raise Conflict("the passkey is registered already")
    passkey = Passkey(
        credential_id=new.credential_id,
        operator_id=operator_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name,
        created_at=now,
        last_used_at=None,
    )
    row = {column.name: getattr(passkey, column.name) for column in passkeys.c}
    await connection.execute(passkeys.insert().values(row))
    return passkey


async def rename_passkey(
    connection: AsyncConnection, operator_id: str, credential_id: str, name: str
) -> None:
    """Raises InvalidField or NoSuchThing: somebody else's is none of one's own."""
    check_text("name", name, LONGEST_NAME)
    query = passkeys.update().where(*_own(operator_id, credential_id)).values(name=name)
    if (await connection.execute(query)).rowcount != 1:
        raise NoSuchThing


async def remove_passkey(
    connection: AsyncConnection, operator_id: str, credential_id: str
) -> Passkey:
    """Raises NoSuchThing, or Conflict for the last way in."""
    has_password = await _stand_in_line(connection, operator_id)
    own = await list_passkeys(connection, operator_id)
    found = next((one for one in own if one.credential_id == credential_id), None)
    if found is None:
        raise NoSuchThing
    if len(own) == 1 and not has_password:
        raise Conflict("the last way to sign in stays")
    await connection.execute(passkeys.delete().where(*_own(operator_id, credential_id)))
    return found


async def count_use(
    connection: AsyncConnection, credential_id: str, sign_count: int, now: datetime
) -> bool:
    """False where the count did not grow: of an authenticator and its copy, one lags behind
    (WebAuthn Level 3 §6.1.1). Some authenticators do not count, and always say 0."""
    kept = passkeys.c.sign_count
    grows = kept == 0 if sign_count == 0 else kept < sign_count
    query = passkeys.update().where(passkeys.c.credential_id == credential_id, grows)
    result = await connection.execute(query.values(sign_count=sign_count, last_used_at=now))
    return result.rowcount == 1


async def _stand_in_line(connection: AsyncConnection, operator_id: str) -> bool:
    """Of two who each remove another passkey, the second has to see what the first did. Returns
    whether the operator can sign in with a password. SQLite's writers stand in line anyway."""
    query = sa.select(operators.c.password_hash, operators.c.wrapped_totp_secret).where(
        operators.c.operator_id == operator_id
    )
    row = (await connection.execute(query.with_for_update())).one_or_none()
    return row is not None and None not in row


def _own(operator_id: str, credential_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (passkeys.c.operator_id == operator_id, passkeys.c.credential_id == credential_id)
