"""Clients that manage their own registration (RFC 7592): by a token each, until an operator or they
themselves end that."""

import hmac
import re
import secrets
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.tenants.initial_tokens import SoftwareIssuer
from gateway.tenants.records import client_registrations, initial_access_tokens

_FORM = re.compile(r"gkm_[A-Za-z0-9_-]{43}\Z")
_columns = client_registrations.c


@dataclass(frozen=True, slots=True)
class SelfManagement:
    """What a client that registered itself may do to its own registration."""

    client_id: str
    scopes: frozenset[str]
    """Which it was let have when it registered."""
    software: SoftwareIssuer | None
    software_statement: str | None = field(repr=False)


async def begin_self_management(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    client_id: str,
    initial_token_id: str,
    software_statement: str | None,
) -> str:
    """Returns the registration access token, this once."""
    token = _new_token()
    row = {
        "client_id": client_id,
        "token_hash": _hash(keyed_hash, client_id, token),
        "initial_token_id": initial_token_id,
        "software_statement": software_statement,
    }
    await connection.execute(client_registrations.insert().values(row))
    return token


async def find_self_management(
    connection: AsyncConnection, keyed_hash: KeyedHash, client_id: str, unverified_token: str
) -> SelfManagement | None:
    """Whose token it is, and only theirs."""
    if not _FORM.match(unverified_token):
        return None
    query = (
        sa.select(
            _columns.token_hash,
            _columns.software_statement,
            initial_access_tokens.c.scope,
            initial_access_tokens.c.software_issuer,
            initial_access_tokens.c.software_jwks,
        )
        .join(initial_access_tokens)
        .where(_columns.client_id == client_id)
    )
    row = (await connection.execute(query)).one_or_none()
    theirs = _hash(keyed_hash, client_id, unverified_token)
    if row is None or not hmac.compare_digest(row.token_hash, theirs):
        return None
    issuer = row.software_issuer
    software = None if issuer is None else SoftwareIssuer(issuer, row.software_jwks)
    scopes = frozenset(row.scope.split(" "))
    return SelfManagement(client_id, scopes, software, row.software_statement)


async def renew_self_management(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    client_id: str,
    unverified_token: str,
    software_statement: str | None,
) -> str | None:
    """Another token in place of this one, returned this once; None where this one is good no more,
    somebody having been faster."""
    token = _new_token()
    change = client_registrations.update().where(
        _columns.client_id == client_id,
        _columns.token_hash == _hash(keyed_hash, client_id, unverified_token),
    )
    values = {"token_hash": _hash(keyed_hash, client_id, token)}
    changed = await connection.execute(
        change.values(**values, software_statement=software_statement)
    )
    return token if changed.rowcount == 1 else None


async def end_self_management(connection: AsyncConnection, client_id: str) -> bool:
    """False where it did not manage itself."""
    own = _columns.client_id == client_id
    return (await connection.execute(client_registrations.delete().where(own))).rowcount == 1


def _new_token() -> str:
    return f"gkm_{secrets.token_urlsafe(32)}"


def _hash(keyed_hash: KeyedHash, client_id: str, token: str) -> str:
    return keyed_hash.hash("registration-access-token", client_id, token)
