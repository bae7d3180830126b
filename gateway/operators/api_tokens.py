"""Personal tokens: how an operator's own programs speak to the API."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.operators.model import Operator, OperatorState
from gateway.operators.records import api_tokens, operators
from gateway.operators.registry import OPERATOR_COLUMNS, find_operator, read_operator
from gateway.operators.rules import check_text

LONGEST_LIFETIME = timedelta(days=90)
MOST_TOKENS = 20

_FORM = re.compile(r"gkn_[A-Za-z0-9_-]{43}\Z")
# A token that is used a thousand times a minute is not written down as often.
_NOTED_EVERY = timedelta(minutes=10)
_COLUMNS = (
    api_tokens.c.token_id,
    api_tokens.c.operator_id,
    api_tokens.c.name,
    api_tokens.c.created_at,
    api_tokens.c.expires_at,
    api_tokens.c.last_used_at,
)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What may be shown of a token: not the token."""

    token_id: str
    operator_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


async def make_api_token(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    operator_id: str,
    name: str,
    lifetime: timedelta,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Returns the token beside it, this once: only its keyed hash is kept. Those that have expired
    go. Raises InvalidField, NoSuchThing or Conflict."""
    check_text("name", name, 100)
    if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
        raise InvalidField("lifetime", f"at most {LONGEST_LIFETIME.days} days")
    operator = await find_operator(connection, operator_id)
    if operator is None or operator.state is not OperatorState.ACTIVE:
        raise NoSuchThing
    expired = api_tokens.c.expires_at <= now
    await connection.execute(
        api_tokens.delete().where(api_tokens.c.operator_id == operator_id, expired)
    )
    if len(await list_api_tokens(connection, operator_id)) >= MOST_TOKENS:
        raise Conflict(f"an operator has at most {MOST_TOKENS} tokens; end one first")
    token = f"gkn_{secrets.token_urlsafe(32)}"
    made = ApiToken(secrets.token_hex(16), operator_id, name, now, now + lifetime, None)
    row = {
        "token_id": made.token_id,
        "token_hash": _hash(keyed_hash, token),
        "operator_id": operator_id,
        "name": name,
        "created_at": now,
        "expires_at": made.expires_at,
    }
    await connection.execute(api_tokens.insert().values(row))
    return made, token


async def list_api_tokens(connection: AsyncConnection, operator_id: str) -> list[ApiToken]:
    """The oldest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(api_tokens.c.operator_id == operator_id)
        .order_by(api_tokens.c.created_at, api_tokens.c.token_id)
    )
    return [_read(row) for row in await connection.execute(query)]


async def end_api_token(connection: AsyncConnection, operator_id: str, token_id: str) -> ApiToken:
    """The operator's own one only. Raises NoSuchThing."""
    query = api_tokens.delete().where(
        api_tokens.c.token_id == token_id, api_tokens.c.operator_id == operator_id
    )
    row = (await connection.execute(query.returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise NoSuchThing
    return _read(row)


async def find_by_token(
    connection: AsyncConnection, keyed_hash: KeyedHash, token: str, now: datetime
) -> Operator | None:
    """Whose program it is: an active operator's, or nobody's."""
    if not _FORM.match(token):
        return None
    query = (
        sa.select(*OPERATOR_COLUMNS)
        .join(api_tokens, api_tokens.c.operator_id == operators.c.operator_id)
        .where(
            api_tokens.c.token_hash == _hash(keyed_hash, token),
            api_tokens.c.expires_at > now,
            operators.c.state == OperatorState.ACTIVE,
        )
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else read_operator(row)


async def note_use(
    connection: AsyncConnection, keyed_hash: KeyedHash, token: str, now: datetime
) -> None:
    """When it was last used, to within ten minutes."""
    before = api_tokens.c.last_used_at
    query = api_tokens.update().where(
        api_tokens.c.token_hash == _hash(keyed_hash, token),
        before.is_(None) | (before < now - _NOTED_EVERY),
    )
    await connection.execute(query.values(last_used_at=now))


def _read(row: sa.Row[*tuple[Any, ...]]) -> ApiToken:
    return ApiToken(
        token_id=row.token_id,
        operator_id=row.operator_id,
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _hash(keyed_hash: KeyedHash, token: str) -> str:
    return keyed_hash.hash("api-token", token)
