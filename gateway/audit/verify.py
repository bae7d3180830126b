"""Whether the log is what was sealed: told from the store, public keys and heads kept elsewhere."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.entry_bytes import (
    BEFORE_ALL,
    count_entries,
    entry_bytes,
    read_entries,
    time_text,
    write_time,
)
from gateway.audit.findings import Finding, Problem, Report
from gateway.audit.heads import Head, InvalidHeadError, PublicKeys, digest, open_head
from gateway.audit.merkle import MerkleTree
from gateway.audit.records import seals
from gateway.audit.retention import KEEP_AT_LEAST, removed_through
from gateway.store.api import Records

_AFTER_ALL = 2**63 - 1
_CHUNK = 500

Tell = Callable[[int, int], None]
"""Told now and then how many entries were looked at, and how many there are."""


async def verify(
    records: Records, keys: PublicKeys, kept_heads: Sequence[str] = (), tell: Tell | None = None
) -> Report:
    """Finds every changed, missing, added or reordered entry and seal. That the newest seals were
    cut off, or the whole store put back to an older state, only a kept head can tell."""
    async with records.reading() as connection:
        verification = _Verification(connection, keys, tell)
        verification.keep(kept_heads)
        await verification.run()
    return verification.report()


class _Verification:
    def __init__(self, connection: AsyncConnection, keys: PublicKeys, tell: Tell | None) -> None:
        self._connection = connection
        self._keys = keys
        self._tell = tell
        self._findings: list[Finding] = []
        self._kept: dict[int, set[str]] = {}
        self._gone: list[Head] = []
        self._removals: list[tuple[int, datetime]] = []
        self._last_id, self._last_head = 0, ""
        self._covered = BEFORE_ALL
        self._seals = self._entries = self._removed = self._unsealed = self._all = 0

    def keep(self, kept_heads: Sequence[str]) -> None:
        for number, kept in enumerate(kept_heads, start=1):
            try:
                seal_id = open_head(kept, self._keys).seal_id
            except InvalidHeadError:
                where = f"kept head {number}"
                description = "it is not signed with any of the keys"
                self._findings.append(Finding(Problem.KEPT_HEAD_INVALID, where, description))
            else:
                self._kept.setdefault(seal_id, set()).add(kept)

    async def run(self) -> None:
        self._all = await count_entries(self._connection, BEFORE_ALL, _AFTER_ALL)
        async for row in _all_seals(self._connection):
            await self._check(row)
        for seal_id in self._kept:
            self._find(Problem.KEPT_HEAD_DIFFERS, seal_id, "it was kept elsewhere, and is not here")
        for head in self._gone:
            self._judge_gone(head)
        self._unsealed = await count_entries(self._connection, self._covered + 1, _AFTER_ALL)

    def report(self) -> Report:
        counts = (self._seals, self._entries, self._removed, self._unsealed)
        return Report(tuple(self._findings), *counts)

    async def _check(self, row: sa.RowMapping) -> None:
        # SQLite keeps bytes where somebody puts them: no head either.
        seal_id, signed_head = row["seal_id"], str(row["signed_head"])
        self._seals += 1
        if self._kept.pop(seal_id, set()) - {signed_head}:
            self._find(Problem.KEPT_HEAD_DIFFERS, seal_id, "another head was kept elsewhere")
        follows = self._check_number(seal_id)
        try:
            head = open_head(signed_head, self._keys)
        except InvalidHeadError:
            said = "its head is not signed with any of the keys"
            self._find(Problem.SIGNATURE_INVALID, seal_id, said)
        else:
            if {**row, "signed_head": None} != _columns(head):
                said = "its columns are not what its signed head says"
                self._find(Problem.SEAL_CHANGED, seal_id, said)
            if follows and head.previous != (digest(self._last_head) if seal_id > 1 else None):
                said = "its head does not follow the one before it"
                self._find(Problem.CHAIN_BROKEN, seal_id, said)
            await self._check_entries(head)
        self._last_id, self._last_head = seal_id, signed_head

    def _check_number(self, seal_id: int) -> bool:
        """Whether the seal before it is there, or none is due."""
        expected = self._last_id + 1
        if seal_id == expected:
            return True
        missing = f"{expected}" if seal_id == expected + 1 else f"{expected} to {seal_id - 1}"
        finding = Finding(Problem.SEAL_MISSING, f"seal {missing}", "missing", expected)
        self._findings.append(finding)
        return False

    async def _check_entries(self, head: Head) -> None:
        if head.first_entry > self._covered + 1:
            await self._check_between(head)
        tree, removals = MerkleTree(), []
        async for rows in read_entries(self._connection, head.first_entry, head.last_entry):
            for row in rows:
                tree.add(entry_bytes(row))
            removals += [through for row in rows if (through := removed_through(row)) is not None]
            self._entries += len(rows)
            if self._tell is not None:
                self._tell(self._entries, self._all)
        self._covered = max(self._covered, head.last_entry)
        if tree.size == 0:
            self._gone.append(head)
        elif (tree.size, tree.root().hex()) == (head.count, head.root):
            self._removals += [(through, head.sealed_at) for through in removals]
        else:
            self._find_difference(head, tree.size)

    async def _check_between(self, head: Head) -> None:
        first, last = self._covered + 1, head.first_entry - 1
        found = await count_entries(self._connection, first, last)
        if found:
            where = f"entries before {head.first_entry}"
            description = f"{found} under no seal that holds, though later ones are sealed"
            finding = Finding(Problem.ENTRIES_UNCOVERED, where, description, head.seal_id)
            self._findings.append(finding)

    def _find_difference(self, head: Head, found: int) -> None:
        sealed = f"{head.count} were sealed"
        if found == head.count:
            said = f"{sealed}, as many are there, but changed or in another order"
            self._find(Problem.ENTRIES_CHANGED, head.seal_id, said, head)
        elif found < head.count:
            self._find(
                Problem.ENTRIES_MISSING, head.seal_id, f"{sealed}, only {found} are there", head
            )
        else:
            self._find(Problem.ENTRIES_ADDED, head.seal_id, f"{sealed}, {found} are there", head)

    def _judge_gone(self, head: Head) -> None:
        """An entry that tells of a removal excuses it only where its own seal is that much younger:
        whoever can write entries could write that one too."""
        for through, sealed_at in reversed(self._removals):
            if head.seal_id <= through and sealed_at - head.sealed_at >= KEEP_AT_LEAST:
                self._removed += 1
                return
        said = f"{head.count} were sealed, none is there, and no sealed entry tells of a removal"
        self._find(Problem.ENTRIES_GONE, head.seal_id, said, head)

    def _find(
        self, problem: Problem, seal_id: int, description: str, entries: Head | None = None
    ) -> None:
        where = f"seal {seal_id}"
        if entries is not None:
            where += f", entries {entries.first_entry} to {entries.last_entry}"
        self._findings.append(Finding(problem, where, description, seal_id))


def _columns(head: Head) -> dict[str, object]:
    """What a row of `seals` says besides the signed head itself."""
    return {
        "seal_id": head.seal_id,
        "first_entry": head.first_entry,
        "last_entry": head.last_entry,
        "root_hash": head.root,
        "sealed_at": write_time(head.sealed_at),
        "signed_head": None,
    }


async def _all_seals(connection: AsyncConnection) -> AsyncIterator[sa.RowMapping]:
    c = seals.c
    others = [column for column in c if column.name != "sealed_at"]
    sealed_at = time_text(c.sealed_at, connection.dialect.name).label("sealed_at")
    query = (
        sa.select(*others, sealed_at)
        .where(c.seal_id > sa.bindparam("after"))
        .order_by(c.seal_id)
        .limit(_CHUNK)
    )
    after = BEFORE_ALL
    while rows := (await connection.execute(query, {"after": after})).mappings().all():
        for row in rows:
            yield row
        after = rows[-1]["seal_id"]
