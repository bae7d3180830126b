"""Whatever is done to a sealed log behind our back is found, and an untouched one is clean."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.audit.findings import Problem
from gateway.audit.records import log_entries, seals
from gateway.audit.verify import verify
from tests.audit.conftest import Book
from tests.support.gateway import NOW

LATER = NOW + timedelta(minutes=10)
_entries, _seals = log_entries.c, seals.c


@pytest.mark.anyio
async def test_an_untouched_log_is_clean_and_its_tail_is_told(sealed: Book) -> None:
    report = await sealed.verify(*await sealed.heads())
    assert report.clean
    assert (report.seals, report.entries, report.removed, report.unsealed) == (3, 12, 0, 2)


@pytest.mark.anyio
async def test_an_empty_log_is_clean(book: Book) -> None:
    report = await book.verify()
    assert report.clean
    assert (report.seals, report.entries, report.unsealed) == (0, 0, 0)


@pytest.mark.anyio
async def test_it_tells_how_far_it_is(sealed: Book) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> None:
        told.append((done, of))

    await verify(sealed.records, await sealed.keys(), tell=tell)
    assert told == [(4, 14), (8, 14), (12, 14)]


CHANGES: dict[str, Any] = {
    "at": NOW - timedelta(days=1),
    "kind": "operation",
    "deed": "resident.refused",
    "outcome": "failed",
    "actor": "gateway",
    "tenant_id": "momiji",
    "client_id": None,
    "resident": "",
    "address": "192.0.2.9",
    "request_id": "ff",
    "detail": {"acr": "card", "method": "none"},
}


def test_every_column_is_changed_here() -> None:
    assert {"entry_id", *CHANGES} == set(_entries.keys())


@pytest.mark.anyio
@pytest.mark.parametrize("column", CHANGES)
async def test_a_changed_column_is_found(sealed: Book, column: str) -> None:
    values = {column: CHANGES[column]}
    await sealed.change(log_entries.update().where(_entries.entry_id == 6).values(values))
    (finding,) = (await sealed.verify()).findings
    assert (finding.problem, finding.seal_id) == (Problem.ENTRIES_CHANGED, 2)
    assert str(finding).startswith("seal 2, entries 5 to 8: 4 were sealed")


@pytest.mark.anyio
@pytest.mark.parametrize("entry_id", [1, 2, 4, 5, 8, 9, 12])
async def test_a_deleted_entry_is_found(sealed: Book, entry_id: int) -> None:
    await sealed.change(log_entries.delete().where(_entries.entry_id == entry_id))
    (finding,) = (await sealed.verify()).findings
    assert (finding.problem, finding.seal_id) == (
        Problem.ENTRIES_MISSING,
        (entry_id + 3) // 4,
    )
    assert str(finding).endswith("4 were sealed, only 3 are there")


@pytest.mark.anyio
@pytest.mark.parametrize("seal_id", [1, 2, 3])
async def test_a_deleted_batch_is_found(sealed: Book, seal_id: int) -> None:
    batch = _entries.entry_id.between(4 * seal_id - 3, 4 * seal_id)
    await sealed.change(log_entries.delete().where(batch))
    assert await sealed.problems() == [(Problem.ENTRIES_GONE, seal_id)]


@pytest.mark.anyio
async def test_two_entries_that_changed_places_are_found(sealed: Book) -> None:
    def renumber(old: int, new: int) -> sa.Update:
        return log_entries.update().where(_entries.entry_id == old).values(entry_id=new)

    await sealed.change(renumber(5, 99), renumber(6, 5), renumber(99, 6))
    assert await sealed.problems() == [(Problem.ENTRIES_CHANGED, 2)]


@pytest.mark.anyio
async def test_an_entry_moved_into_another_batch_is_found_in_both(sealed: Book) -> None:
    await sealed.change(
        log_entries.delete().where(_entries.entry_id == 5),
        log_entries.update().where(_entries.entry_id == 4).values(entry_id=5),
    )
    assert await sealed.problems() == [(Problem.ENTRIES_MISSING, 1), (Problem.ENTRIES_CHANGED, 2)]


def copy_of(entry_id: int, number: int) -> sa.Insert:
    others = [column for column in _entries if column.name != "entry_id"]
    row = sa.select(sa.literal(number), *others).where(_entries.entry_id == entry_id)
    return log_entries.insert().from_select(["entry_id", *(c.name for c in others)], row)


@pytest.mark.anyio
async def test_an_entry_slipped_into_a_rolled_back_number_is_found(book: Book) -> None:
    await book.write(1)
    await book.change(copy_of(1, 3), copy_of(1, 5))
    await book.seal()
    await book.change(copy_of(1, 8))
    await book.seal(LATER)
    assert (await book.verify()).clean
    await book.change(copy_of(1, 4))
    assert await book.problems() == [(Problem.ENTRIES_ADDED, 1)]


@pytest.mark.anyio
@pytest.mark.parametrize("number", [-1, 0, 6, 7])
async def test_an_entry_slipped_in_before_a_batch_is_found(book: Book, number: int) -> None:
    await book.write(1)
    await book.change(copy_of(1, 5))
    await book.seal()
    await book.change(copy_of(1, 8))
    await book.seal(LATER)
    assert (await book.verify()).clean
    await book.change(copy_of(1, number))
    assert await book.problems() == [(Problem.ENTRIES_UNCOVERED, 1 if number < 1 else 2)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("first_entry", 6),
        ("last_entry", 7),
        ("last_entry", 1_000),
        ("root_hash", "00" * 32),
        ("sealed_at", NOW - timedelta(days=1)),
    ],
)
async def test_a_changed_column_of_a_seal_is_found(
    sealed: Book, column: str, value: object
) -> None:
    await sealed.change(seals.update().where(_seals.seal_id == 2).values({column: value}))
    report = await sealed.verify()
    assert [(f.problem, f.seal_id) for f in report.findings] == [(Problem.SEAL_CHANGED, 2)]
    assert report.unsealed == 2


@pytest.mark.anyio
async def test_a_deleted_first_seal_is_found(sealed: Book) -> None:
    await sealed.change(seals.delete().where(_seals.seal_id == 1))
    assert await sealed.problems() == [(Problem.SEAL_MISSING, 1), (Problem.ENTRIES_UNCOVERED, 2)]


@pytest.mark.anyio
async def test_a_deleted_middle_seal_is_found_with_its_entries_or_without(sealed: Book) -> None:
    await sealed.change(seals.delete().where(_seals.seal_id == 2))
    assert await sealed.problems() == [(Problem.SEAL_MISSING, 2), (Problem.ENTRIES_UNCOVERED, 3)]
    await sealed.change(log_entries.delete().where(_entries.entry_id.between(5, 8)))
    assert await sealed.problems() == [(Problem.SEAL_MISSING, 2)]


@pytest.mark.anyio
async def test_seals_pushed_together_over_a_gap_are_found(sealed: Book) -> None:
    await sealed.change(
        seals.delete().where(_seals.seal_id == 2),
        log_entries.delete().where(_entries.entry_id.between(5, 8)),
        seals.update().where(_seals.seal_id == 3).values(seal_id=2),
    )
    assert await sealed.problems() == [(Problem.SEAL_CHANGED, 2), (Problem.CHAIN_BROKEN, 2)]


@pytest.mark.anyio
async def test_a_removed_last_seal_is_found_with_a_head_kept_elsewhere(sealed: Book) -> None:
    kept = (await sealed.heads())[-1]
    await sealed.change(
        seals.delete().where(_seals.seal_id == 3),
        log_entries.delete().where(_entries.entry_id > 8),
    )
    assert await sealed.problems() == []
    assert await sealed.problems(kept) == [(Problem.KEPT_HEAD_DIFFERS, 3)]


@pytest.mark.anyio
async def test_that_all_seals_are_removed_is_found_with_one_kept_head(sealed: Book) -> None:
    kept = (await sealed.heads())[0]
    await sealed.change(seals.delete())
    report = await sealed.verify(kept)
    assert [finding.problem for finding in report.findings] == [Problem.KEPT_HEAD_DIFFERS]
    assert report.unsealed == 14


@pytest.mark.anyio
async def test_a_log_sealed_anew_after_a_cut_differs_from_the_kept_head(sealed: Book) -> None:
    """The gateway itself seals what somebody left it."""
    kept = (await sealed.heads())[-1]
    await sealed.change(
        seals.delete().where(_seals.seal_id == 3),
        log_entries.delete().where(_entries.entry_id == 10),
    )
    await sealed.seal(LATER)
    assert await sealed.problems() == []
    assert await sealed.problems(kept) == [(Problem.KEPT_HEAD_DIFFERS, 3)]
    both = (kept, (await sealed.heads())[-1])
    assert await sealed.problems(*both) == [(Problem.KEPT_HEAD_DIFFERS, 3)]


@pytest.mark.anyio
async def test_a_kept_head_that_nobody_signed_is_told(sealed: Book) -> None:
    report = await sealed.verify((await sealed.heads())[0], "not a head")
    assert [str(finding) for finding in report.findings] == [
        "kept head 2: it is not signed with any of the keys"
    ]
