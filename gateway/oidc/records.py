"""Grants and their refresh tokens: a family that is revoked as one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.oidc.model import Grant, GrantDetails
from gateway.residents.records import in_force, residents
from gateway.store.tables import Time, metadata

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("grant_id", sa.String(32), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("resident_id", sa.String(32), nullable=False, index=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("auth_time", Time, nullable=False),
    sa.Column("acr", sa.String(128), nullable=False),
    sa.Column("amr", sa.JSON, nullable=False),
    sa.Column("nonce", sa.String(512)),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False, index=True),
    sa.Column("revoked_at", Time),
    sa.Column("session_id", sa.String(64), index=True),
    sa.Column("details", sa.JSON(none_as_null=True)),
)

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "grant_id",
        sa.String(32),
        sa.ForeignKey("grants.grant_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("issued_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("used_at", Time),
)

ended_sessions = sa.Table(
    "ended_sessions",
    metadata,
    sa.Column("session_id", sa.String(64), primary_key=True),
    sa.Column("ended_at", Time, nullable=False),
)

# Who has yet to be told that a sign-in is over; what was told is not kept. Nothing of ours stands
# in it: `sub` and `sid` are the service's, `resident` is the log's pseudonym.
logout_deliveries = sa.Table(
    "logout_deliveries",
    metadata,
    sa.Column("delivery_id", sa.String(32), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("sub", sa.String(64), nullable=False),
    sa.Column("sid", sa.String(64)),
    sa.Column("resident", sa.String(64), nullable=False),
    sa.Column("ended_at", Time, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Time, nullable=False, index=True),
)


# Built once: they are on the way of every sign-in. Each looks at the resident too: whatever is
# still open somewhere, nothing is granted to, or told of, somebody who is not active.
_NEW = {column.name: sa.bindparam(column.name, type_=column.type) for column in grants.c}
del _NEW["revoked_at"]
_NEW_OF_ACTIVE = sa.select(*_NEW.values()).where(
    residents.c.resident_id == _NEW["resident_id"], in_force(_NEW["created_at"])
)
# A code may be on its way while the sign-in it was issued in ends: it buys nothing any more. On
# PostgreSQL they may even come at the same moment: its function (0004) has one wait for the other,
# and looks then. SQLite's writers stand in line anyway.
_IS_OPEN: Mapping[str, sa.ColumnElement[bool]] = {
    "sqlite": ~sa.exists().where(ended_sessions.c.session_id == _NEW["session_id"]),
    "postgresql": sa.func.sign_in_is_open(_NEW["session_id"]),
}
_ADD_GRANT = {
    dialect: insert(grants)
    .from_select(list(_NEW), _NEW_OF_ACTIVE.where(_IS_OPEN[dialect]))
    .on_conflict_do_nothing(index_elements=[grants.c.grant_id])
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_GRANT_IN_FORCE = (
    sa.select(grants)
    .join(residents, residents.c.resident_id == grants.c.resident_id)
    .where(
        grants.c.grant_id == sa.bindparam("grant_id"),
        grants.c.revoked_at.is_(None),
        grants.c.expires_at > sa.bindparam("now"),
        in_force(grants.c.created_at),
    )
)


async def add_grant(connection: AsyncConnection, grant: Grant) -> bool:
    """False where the family is there already (its code was replayed, and it is revoked), where the
    sign-in it was given in has ended, and for a resident who is not active."""
    added = await connection.execute(_ADD_GRANT[connection.dialect.name], _values(grant))
    return added.rowcount == 1


async def find_grant(connection: AsyncConnection, grant_id: str, now: datetime) -> Grant | None:
    """A grant that is neither revoked nor over, of a resident who is active."""
    found = await connection.execute(_GRANT_IN_FORCE, {"grant_id": grant_id, "now": now})
    row = found.mappings().one_or_none()
    return None if row is None else _grant(row)


async def grants_in_force(
    connection: AsyncConnection, client_id: str, resident_id: str, now: datetime
) -> tuple[Grant, ...]:
    """As `find_grant`, all of one resident's at one service, the newest first."""
    found = await connection.execute(
        sa.select(grants)
        .join(residents, residents.c.resident_id == grants.c.resident_id)
        .where(
            grants.c.client_id == client_id,
            grants.c.resident_id == resident_id,
            grants.c.revoked_at.is_(None),
            grants.c.expires_at > now,
            in_force(grants.c.created_at),
        )
        .order_by(grants.c.created_at.desc())
    )
    return tuple(_grant(row) for row in found.mappings())


async def revoke_grant(connection: AsyncConnection, grant: Grant, now: datetime) -> bool:
    """Ends the family; False where that was done before. One that is not written yet (the winner of
    a race for its code is about to) is written as revoked, so that the winner finds it so."""
    await add_grant(connection, grant)
    revoked = await connection.execute(
        grants.update()
        .where(grants.c.grant_id == grant.grant_id, grants.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return revoked.rowcount == 1


async def add_refresh_token(
    connection: AsyncConnection, token_hash: str, grant: Grant, now: datetime
) -> None:
    await connection.execute(
        refresh_tokens.insert().values(
            token_hash=token_hash,
            grant_id=grant.grant_id,
            issued_at=now,
            expires_at=grant.expires_at,
        )
    )


async def use_refresh_token(connection: AsyncConnection, token_hash: str, now: datetime) -> bool:
    """One atomic statement: of many callers one is told True."""
    used = await connection.execute(
        refresh_tokens.update()
        .where(
            refresh_tokens.c.token_hash == token_hash,
            refresh_tokens.c.used_at.is_(None),
            refresh_tokens.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(refresh_tokens.c.grant_id)
    )
    return used.one_or_none() is not None


async def grant_of_refresh_token(connection: AsyncConnection, token_hash: str) -> Grant | None:
    """Whose it is, whether or not it may still be used."""
    found = await connection.execute(
        sa.select(grants)
        .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.grant_id)
        .where(refresh_tokens.c.token_hash == token_hash)
    )
    row = found.mappings().one_or_none()
    return None if row is None else _grant(row)


async def is_refresh_token_unused(
    connection: AsyncConnection, token_hash: str, now: datetime
) -> bool:
    found = await connection.execute(
        sa.select(refresh_tokens.c.grant_id).where(
            refresh_tokens.c.token_hash == token_hash,
            refresh_tokens.c.used_at.is_(None),
            refresh_tokens.c.expires_at > now,
        )
    )
    return found.one_or_none() is not None


def _values(grant: Grant) -> dict[str, Any]:
    return {
        "grant_id": grant.grant_id,
        "client_id": grant.client_id,
        "resident_id": grant.resident_id,
        "scopes": list(grant.scopes),
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "nonce": grant.nonce,
        "created_at": grant.created_at,
        "expires_at": grant.expires_at,
        "session_id": grant.session_id,
        "details": None if grant.details is None else msgspec.to_builtins(grant.details),
    }


def _grant(row: Mapping[Any, Any]) -> Grant:
    return Grant(
        grant_id=row["grant_id"],
        client_id=row["client_id"],
        resident_id=row["resident_id"],
        scopes=tuple(row["scopes"]),
        auth_time=row["auth_time"],
        acr=row["acr"],
        amr=tuple(row["amr"]),
        nonce=row["nonce"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        session_id=row["session_id"],
        details=_details(row["details"]),
    )


def _details(stored: object) -> GrantDetails | None:
    return None if stored is None else msgspec.convert(stored, GrantDetails)
