"""Seals what was written since the last seal: one signed head over a Merkle tree of the entries."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.entry_bytes import BEFORE_ALL, entry_bytes, read_entries
from gateway.audit.heads import ALG, TYP, Head, Seal, digest
from gateway.audit.merkle import MerkleTree
from gateway.audit.records import log_entries, seals
from gateway.keys.signing import SigningKeys
from gateway.store.api import Records


class Sealing:
    def __init__(self, records: Records, signing_keys: SigningKeys) -> None:
        self._records = records
        self._signing_keys = signing_keys

    async def seal(self, now: datetime) -> Seal | None:
        """None where there is nothing new, or where another process has just sealed it."""
        through = await self._settled_through()
        head = None if through is None else await self._next_head(through, now)
        if head is None:
            return None
        signed = await self._signing_keys.sign(head.claims(), alg=ALG, typ=TYP, now=now)
        seal = Seal(head, signed)
        try:
            async with self._records.writing() as connection:
                await connection.execute(seals.insert().values(_row(seal)))
        except sa.exc.IntegrityError:
            return None  # of two who made the same next seal, the number lets one in
        return seal

    async def _settled_through(self) -> int | None:
        """The number up to which no entry is still to come. Writers of SQLite stand in line, and
        their numbers do. PostgreSQL gives a number out before its transaction ends: with the table
        held, all are over, and what is missing below was rolled back and never comes."""
        async with self._records.writing() as connection:
            if connection.dialect.name == "postgresql":
                # A writer that hangs holds up this seal, not everybody behind it.
                await connection.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
                await connection.execute(
                    sa.text("LOCK TABLE log_entries IN SHARE ROW EXCLUSIVE MODE")
                )
            last = await connection.execute(sa.select(sa.func.max(log_entries.c.entry_id)))
            found: int | None = last.scalar_one()
            return found

    async def _next_head(self, through: int, now: datetime) -> Head | None:
        async with self._records.reading() as connection:
            last = await _last_seal(connection)
            seal_id, after, previous = 1, BEFORE_ALL, None
            if last is not None:
                seal_id, after = last.seal_id + 1, last.last_entry
                previous = digest(last.signed_head)
            tree, first, end = MerkleTree(), after, after
            async for rows in read_entries(connection, after + 1, through):
                if tree.size == 0:
                    first = rows[0]["entry_id"]
                for row in rows:
                    tree.add(entry_bytes(row))
                end = rows[-1]["entry_id"]
        if tree.size == 0:
            return None
        return Head(seal_id, first, end, tree.size, tree.root().hex(), previous, now)


async def _last_seal(connection: AsyncConnection) -> sa.Row[int, int, str] | None:
    found = await connection.execute(
        sa.select(seals.c.seal_id, seals.c.last_entry, seals.c.signed_head)
        .order_by(seals.c.seal_id.desc())
        .limit(1)
    )
    return found.one_or_none()


def _row(seal: Seal) -> dict[str, object]:
    head = seal.head
    return {
        "seal_id": head.seal_id,
        "first_entry": head.first_entry,
        "last_entry": head.last_entry,
        "root_hash": head.root,
        "sealed_at": head.sealed_at,
        "signed_head": seal.signed_head,
    }
