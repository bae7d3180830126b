"""Signing keys at rest: made at first start, moved from next to active to retired."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.master import MasterKey
from gateway.keys.model import (
    KeyState,
    SigningKey,
    SigningKeyInfo,
    generate,
    load_private_key,
    private_bytes,
    public_jwk,
)
from gateway.keys.records import signing_keys
from gateway.store.api import Also, Records, nothing_else


async def read_keys(records: Records, master: MasterKey) -> list[SigningKey]:
    """All keys, oldest first."""
    async with records.reading() as connection:
        found = await connection.execute(
            sa.select(signing_keys).order_by(signing_keys.c.created_at, signing_keys.c.kid)
        )
        rows = found.mappings().all()
    return [_signing_key(row, master) for row in rows]


def _signing_key(row: Mapping[Any, Any], master: MasterKey) -> SigningKey:
    raw = master.unwrap(row["wrapped_private_key"], _purpose(row["kid"]))
    private_key = load_private_key(raw)
    info = SigningKeyInfo(
        kid=row["kid"],
        alg=row["alg"],
        state=KeyState(row["state"]),
        created_at=row["created_at"],
        activated_at=row["activated_at"],
        retired_at=row["retired_at"],
    )
    return SigningKey(info, row["public_jwk"], private_key, private_key.public_key())


async def make_missing(
    records: Records, master: MasterKey, algorithms: Iterable[str], now: datetime
) -> None:
    """An active and a next key for each algorithm that has none. Of two workers that start at the
    same time one makes them: it holds the table while it looks."""
    async with records.writing() as connection:
        await _lock(connection)
        found = await connection.execute(sa.select(signing_keys.c.alg, signing_keys.c.state))
        there = {(alg, state) for alg, state in found}
        for alg in algorithms:
            for state in (KeyState.ACTIVE, KeyState.NEXT):
                if (alg, state) not in there:
                    await _insert(connection, master, alg, state, now)


async def rotate_key(
    records: Records,
    master: MasterKey,
    alg: str,
    now: datetime,
    also: Also[str] = nothing_else,
) -> str:
    """The next key becomes active, the active one retires, a new next one is made. Returns the
    new active key's kid."""
    async with records.writing() as connection:
        await _lock(connection)
        await connection.execute(
            signing_keys.update()
            .where(signing_keys.c.alg == alg, signing_keys.c.state == KeyState.ACTIVE)
            .values(state=KeyState.RETIRED, retired_at=now)
        )
        promoted = await connection.execute(
            signing_keys.update()
            .where(signing_keys.c.alg == alg, signing_keys.c.state == KeyState.NEXT)
            .values(state=KeyState.ACTIVE, activated_at=now)
            .returning(signing_keys.c.kid)
        )
        kid: str = promoted.scalar_one()
        await _insert(connection, master, alg, KeyState.NEXT, now)
        await also(connection, kid)
    return kid


async def _insert(
    connection: AsyncConnection, master: MasterKey, alg: str, state: KeyState, now: datetime
) -> None:
    key = generate(alg)
    jwk = public_jwk(alg, key)
    await connection.execute(
        signing_keys.insert().values(
            kid=jwk["kid"],
            alg=alg,
            state=state,
            public_jwk=jwk,
            wrapped_private_key=master.wrap(private_bytes(key), _purpose(jwk["kid"])),
            created_at=now,
            activated_at=now if state is KeyState.ACTIVE else None,
        )
    )


async def _lock(connection: AsyncConnection) -> None:
    """SQLite's writers stand in line already; PostgreSQL's are made to."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.text("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"))


def _purpose(kid: str) -> str:
    return f"signing-key:{kid}"
