"""A sweep that is broken off, that fails, or that meets others: nothing is lost or done twice."""

import asyncio
import logging
from datetime import timedelta

import anyio
import pytest
import sqlalchemy as sa

from gateway.residents import sweep
from gateway.residents.certificate_hashes import certificate_hash
from gateway.residents.records import (
    bind_certificate,
    certificates,
    find_resident,
    is_active,
)
from gateway.residents.registry import Residents
from gateway.residents.sweep import CHUNK, HITS, SLICE
from gateway.store.api import Records
from tests.residents.conftest import KEYED_HASH
from tests.residents.people import LATER, NOW, auth, register
from tests.residents.revoking import REVOKED_AT, TYPES, Lists, changes, sweep_over
from tests.support.gateway import MovableClock
from tests.support.log import logged_in

pytestmark = pytest.mark.anyio
FIRST = 1_000
"""The first of the serial numbers that are bound."""


@pytest.fixture
async def somebody(records: Records, residents: Residents) -> str:
    """With as many authentication certificates as are carried out in two transactions."""
    found = (await register(residents, FIRST, 1)).resident
    async with records.writing() as connection:
        assert await find_resident(connection, found.resident_id) == found
        for number in range(FIRST + 1, FIRST + 2 * HITS):
            proven = auth(number)
            hashed = certificate_hash(KEYED_HASH, proven.certificate_type, proven.identity)
            await bind_certificate(connection, found, proven, hashed, NOW)
    return found.resident_id


async def marked(records: Records) -> int:
    query = sa.select(sa.func.count()).select_from(certificates)
    async with records.reading() as connection:
        found = query.where(certificates.c.found_revoked_at.is_not(None))
        return (await connection.execute(found)).scalar_one()


async def test_a_list_that_was_broken_off_is_begun_anew(
    records: Records, somebody: str, caplog: pytest.LogCaptureFixture
) -> None:
    lists = Lists()
    numbers = [*range(FIRST, FIRST + HITS), *range(10 * CHUNK, 11 * CHUNK), FIRST + HITS]
    lists.publish("jpki-auth", *numbers, broken_after=CHUNK + 1)
    await sweep_over(records, lists).once()
    assert "a list of jpki-auth failed" in caplog.text
    assert await marked(records) == HITS
    assert len(await logged_in(records)) == HITS
    lists.published.clear()
    lists.publish("jpki-auth", *numbers)
    await sweep_over(records, lists).once()
    assert await marked(records) == HITS + 1
    assert len(await logged_in(records)) == HITS + 1
    assert lists.readings == 2


async def test_the_other_lists_do_not_wait_for_a_broken_one(
    records: Records, somebody: str
) -> None:
    lists = Lists()
    lists.publish("jpki-auth", FIRST, broken_after=0)
    lists.publish("jpki-auth", FIRST + 1)
    await sweep_over(records, lists).once()
    assert await marked(records) == 1
    await sweep_over(records, lists).once()
    assert lists.readings == 3


async def test_what_cannot_be_told_in_the_log_is_not_done(records: Records, somebody: str) -> None:
    lists = Lists()
    lists.publish("jpki-auth", FIRST)
    async with records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE log_entries RENAME TO elsewhere"))
    await sweep_over(records, lists).once()
    assert await marked(records) == 0
    assert await changes(records, somebody) == (None, 1)
    async with records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO log_entries"))
    await sweep_over(records, lists).once()
    assert await marked(records) == 1
    assert await changes(records, somebody) == (LATER, 2)


async def test_the_door_and_the_sweep_at_once_tell_it_once(
    records: Records, residents: Residents, somebody: str
) -> None:
    numbers = range(FIRST, FIRST + 2 * HITS)
    lists = Lists()
    lists.publish("jpki-auth", *numbers)

    async def at_the_door() -> None:
        for number in reversed(numbers):
            identity = auth(number).identity
            kind = TYPES["jpki-auth"]
            await residents.learn_revoked(identity, kind, REVOKED_AT, "keyCompromise")

    with anyio.fail_after(60):
        async with anyio.create_task_group() as both:
            both.start_soon(sweep_over(records, lists).once)
            both.start_soon(at_the_door)
    assert await marked(records) == len(numbers)
    assert len(await logged_in(records)) == len(numbers)


async def test_what_was_begun_while_the_sweep_waited_for_somebody_ends_too(
    records: Records, somebody: str
) -> None:
    lists = Lists()
    lists.publish("jpki-auth", FIRST)
    waiting = sweep_over(records, lists)
    assert isinstance(waiting.clock, MovableClock)
    async with anyio.create_task_group() as both, records.writing() as connection:
        assert await is_active(connection, somebody)
        both.start_soon(waiting.once)
        await anyio.sleep(0.5)
        assert await changes(records, somebody) == (None, 1)
        waiting.clock.forward(minutes=1)
    assert await changes(records, somebody) == (LATER + timedelta(minutes=1), 2)


async def test_others_have_their_turn_while_a_long_list_is_swept(records: Records) -> None:
    lists, count = Lists(), 20 * CHUNK
    lists.publish("jpki-auth", *range(count))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await sweep_over(records, lists).once()
    task.cancel()
    assert turns >= count / SLICE


async def test_a_long_list_tells_how_far_it_is_and_no_number_of_a_certificate(
    records: Records,
    somebody: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep, "TOLD", CHUNK)
    serial_number = 55_510_000_000
    lists = Lists()
    lists.publish(
        "jpki-auth", *range(FIRST, FIRST + HITS), *range(serial_number, serial_number + CHUNK)
    )
    with caplog.at_level(logging.INFO, "gateway.residents.sweep"):
        await sweep_over(records, lists).once()
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == f"sweep: {CHUNK} revoked certificates looked up, {HITS} are bound"
    assert told[-1].endswith(f"{CHUNK + HITS} revoked certificates, {HITS} are bound")
    assert str(serial_number) not in caplog.text
    assert str(serial_number) not in str(lists.published)
