"""Entries are kept their time, then go with their whole batch; a sealed entry says so."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.audit.findings import Problem
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.audit.records import log_entries
from gateway.audit.retention import KEEP_AT_LEAST, remove_expired
from tests.audit.conftest import Book
from tests.support.gateway import NOW

KEEP = KEEP_AT_LEAST
STEP = timedelta(minutes=10)
EXPIRED = NOW + KEEP + timedelta(seconds=1)
"""When the first batch of `sealed` has had its time, and the second has not."""


async def numbers(book: Book) -> list[int]:
    async with book.records.reading() as connection:
        query = sa.select(log_entries.c.entry_id).order_by(log_entries.c.entry_id)
        return list((await connection.execute(query)).scalars())


@pytest.mark.anyio
async def test_a_batch_goes_when_all_of_it_had_its_time(sealed: Book) -> None:
    before = await sealed.heads()
    assert await remove_expired(sealed.records, sealed.audit, NOW + KEEP, KEEP) == 0
    assert await numbers(sealed) == list(range(1, 15))
    assert await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP) == 4
    assert await numbers(sealed) == list(range(5, 16))
    assert await sealed.heads() == before


@pytest.mark.anyio
async def test_what_went_is_told_in_the_log(sealed: Book) -> None:
    await remove_expired(sealed.records, sealed.audit, EXPIRED + STEP, KEEP)
    async with sealed.records.reading() as connection:
        query = sa.select(log_entries).order_by(log_entries.c.entry_id.desc()).limit(1)
        told = (await connection.execute(query)).mappings().one()
    assert (told["kind"], told["deed"], told["actor"]) == ("event", "logs.removed", "gateway")
    assert told["detail"] == {"first_seal": "1", "last_seal": "2", "entries": "8"}


@pytest.mark.anyio
async def test_a_second_time_there_is_nothing_to_do_and_to_tell(sealed: Book) -> None:
    await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP)
    left = await numbers(sealed)
    assert await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP) == 0
    assert await numbers(sealed) == left


@pytest.mark.anyio
async def test_what_is_not_sealed_stays_however_old(book: Book) -> None:
    await book.write(3)
    assert await remove_expired(book.records, book.audit, NOW + 3 * KEEP, KEEP) == 0
    assert await numbers(book) == [1, 2, 3]


@pytest.mark.anyio
async def test_one_young_entry_keeps_its_batch_and_those_after_it(book: Book) -> None:
    await book.write(2)
    await book.write(1, NOW + timedelta(days=2))
    await book.seal()
    await book.write(2)
    await book.seal(NOW + STEP)
    assert await remove_expired(book.records, book.audit, EXPIRED + STEP, KEEP) == 0
    assert await numbers(book) == [1, 2, 3, 4, 5]


@pytest.mark.anyio
async def test_less_than_a_year_is_refused_and_nothing_goes(sealed: Book) -> None:
    too_short = KEEP - timedelta(seconds=1)
    with pytest.raises(ValueError, match="keep: log entries are kept 365 days at least"):
        await remove_expired(sealed.records, sealed.audit, NOW + 9 * KEEP, too_short)
    assert await numbers(sealed) == list(range(1, 15))


@pytest.mark.anyio
async def test_removed_batches_are_told_apart_once_the_entry_that_says_so_is_sealed(
    sealed: Book,
) -> None:
    await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP)
    assert await sealed.problems() == [(Problem.ENTRIES_GONE, 1)]
    await sealed.seal(EXPIRED)
    report = await sealed.verify(*await sealed.heads())
    assert report.clean
    assert (report.seals, report.entries, report.removed, report.unsealed) == (4, 11, 1, 0)


@pytest.mark.anyio
async def test_the_newest_removal_speaks_for_all_before_it(sealed: Book) -> None:
    """Its own predecessor is removed by then."""
    await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP)
    await sealed.seal(EXPIRED)
    later = EXPIRED + KEEP + STEP
    await remove_expired(sealed.records, sealed.audit, later, KEEP)
    await sealed.seal(later)
    report = await sealed.verify()
    assert report.clean
    assert (report.seals, report.entries, report.removed) == (5, 1, 4)


@pytest.mark.anyio
async def test_what_went_beyond_the_told_ones_is_found(sealed: Book) -> None:
    await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP)
    await sealed.seal(EXPIRED)
    await sealed.change(log_entries.delete().where(log_entries.c.entry_id.between(5, 8)))
    assert await sealed.problems() == [(Problem.ENTRIES_GONE, 2)]


@pytest.mark.anyio
async def test_an_entry_slipped_in_before_what_was_removed_is_found(sealed: Book) -> None:
    await remove_expired(sealed.records, sealed.audit, EXPIRED, KEEP)
    await sealed.seal(EXPIRED)
    moved = log_entries.update().where(log_entries.c.entry_id == 15).values(entry_id=2)
    await sealed.change(moved)
    found = await sealed.problems()
    assert (Problem.ENTRIES_MISSING, 1) in found


def removal(last_seal: str) -> Entry:
    detail = {"first_seal": "1", "last_seal": last_seal, "entries": "4"}
    return Entry(NOW, LogKind.EVENT, "logs.removed", Outcome.DONE, GATEWAY, detail=detail)


@pytest.mark.anyio
async def test_a_forged_removal_that_the_gateway_seals_excuses_no_young_batch(sealed: Book) -> None:
    """Whoever can delete entries can write that one too; the seals' own times cannot be forged."""
    await sealed.audit.record(removal("2"))
    await sealed.seal(NOW + KEEP + STEP)
    await sealed.change(log_entries.delete().where(log_entries.c.entry_id <= 8))
    assert await sealed.problems() == []
    await sealed.audit.record(removal("4"))
    await sealed.seal(NOW + KEEP + 2 * STEP)
    await sealed.change(log_entries.delete().where(log_entries.c.entry_id.between(13, 15)))
    assert await sealed.problems() == [(Problem.ENTRIES_GONE, 4)]


@pytest.mark.anyio
async def test_a_removal_in_words_that_are_none_of_ours_excuses_nothing(sealed: Book) -> None:
    await sealed.audit.record(removal("all"))
    await sealed.seal(EXPIRED)
    await sealed.change(log_entries.delete().where(log_entries.c.entry_id <= 4))
    assert await sealed.problems() == [(Problem.ENTRIES_GONE, 1)]
