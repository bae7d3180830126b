"""A seal covers everything since the one before it, and says so under our signature."""

import asyncio
import contextlib
import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.audit.entry_bytes import entry_bytes, read_entries
from gateway.audit.heads import InvalidHeadError, digest, open_head, public_keys
from gateway.audit.merkle import MerkleTree
from gateway.audit.records import log_entries, seals
from gateway.audit.sealing import Sealing
from gateway.errors import InvalidToken
from gateway.keys.signing import SigningKeys
from gateway.store.api import Records
from tests.audit.conftest import MASTER, Book, entry
from tests.support.gateway import NOW

LATER = NOW + timedelta(minutes=10)


async def root_of(records: Records, first: int, last: int) -> str:
    async with records.reading() as connection:
        chunks = read_entries(connection, first, last)
        tree = MerkleTree()
        async for rows in chunks:
            for row in rows:
                tree.add(entry_bytes(row))
        return tree.root().hex()


async def all_seals(records: Records) -> list[sa.RowMapping]:
    async with records.reading() as connection:
        found = await connection.execute(sa.select(seals).order_by(seals.c.seal_id))
        return list(found.mappings())


@pytest.mark.anyio
async def test_where_nothing_is_written_nothing_is_sealed(book: Book) -> None:
    assert await book.sealing.seal(NOW) is None
    await book.write(1)
    assert await book.sealing.seal(NOW) is not None
    assert await book.sealing.seal(LATER) is None
    assert len(await all_seals(book.records)) == 1


@pytest.mark.anyio
async def test_a_seal_says_what_it_covers_and_follows_the_one_before(book: Book) -> None:
    await book.write(3)
    first = await book.seal(NOW)
    await book.write(1_200)
    second = await book.seal(LATER)

    head = first.head
    assert (head.seal_id, head.first_entry, head.last_entry, head.count) == (1, 1, 3, 3)
    assert (head.previous, head.sealed_at) == (None, NOW)
    head = second.head
    assert (head.seal_id, head.first_entry, head.last_entry, head.count) == (2, 4, 1_203, 1_200)
    assert head.previous == hashlib.sha256(first.signed_head.encode()).hexdigest()
    assert head.sealed_at == LATER
    assert (first.head.root, second.head.root) == (
        await root_of(book.records, 1, 3),
        await root_of(book.records, 4, 1_203),
    )


@pytest.mark.anyio
async def test_what_is_kept_is_what_was_signed_with_our_key(book: Book) -> None:
    await book.write(2)
    seal = await book.seal()
    (row,) = await all_seals(book.records)
    assert dict(row) == {
        "seal_id": 1,
        "first_entry": 1,
        "last_entry": 2,
        "root_hash": seal.head.root,
        "sealed_at": NOW,
        "signed_head": seal.signed_head,
    }
    assert open_head(seal.signed_head, await book.keys()) == seal.head


@pytest.mark.anyio
async def test_a_head_is_no_token_and_a_token_no_head(book: Book) -> None:
    await book.write(1)
    seal = await book.seal()
    with pytest.raises(InvalidToken):
        await book.signing_keys.verify(seal.signed_head, typ="at+jwt", now=NOW)
    token = await book.signing_keys.sign(seal.head.claims(), alg="ES256", typ="at+jwt", now=NOW)
    with pytest.raises(InvalidHeadError):
        open_head(token, await book.keys())


@pytest.mark.anyio
async def test_a_head_of_another_gateway_is_none(book: Book) -> None:
    await book.write(1)
    seal = await book.seal()
    with pytest.raises(InvalidHeadError):
        open_head(seal.signed_head, {})
    for broken in ("", "a.b.c", seal.signed_head[:-4], seal.signed_head.replace(".", "", 1)):
        with pytest.raises(InvalidHeadError):
            open_head(broken, await book.keys())


@pytest.mark.anyio
async def test_what_an_old_key_sealed_still_holds(book: Book) -> None:
    await book.write(1)
    seal = await book.seal()
    await book.signing_keys.rotate(LATER, "ES256")
    await book.write(1)
    second = await book.seal(LATER)
    keys = await book.keys()
    assert open_head(seal.signed_head, keys) == seal.head
    assert open_head(second.signed_head, keys).previous == digest(seal.signed_head)


def test_a_key_that_cannot_be_read_is_named_an_error_and_an_encryption_key_is_no_matter() -> None:
    with pytest.raises(ValueError, match="a key that cannot be read"):
        public_keys([{"kty": "EC", "alg": "ES256", "kid": "k", "crv": "P-256"}])
    assert public_keys([{"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "k"}]) == {}


@pytest.mark.anyio
async def test_of_two_that_seal_at_once_one_does(book: Book) -> None:
    await book.write(700)
    other_keys = SigningKeys(book.records, MASTER, timedelta(minutes=1))
    other = Sealing(book.records, other_keys)
    made = await asyncio.gather(*(sealing.seal(NOW) for sealing in (book.sealing, other)))
    assert [seal for seal in made if seal is not None] != []
    assert len(await all_seals(book.records)) == 1
    assert (await book.verify()).clean


@pytest.mark.anyio
async def test_a_number_that_was_rolled_back_is_no_missing_entry(book: Book) -> None:
    await book.write(2)
    with contextlib.suppress(KeyError):
        async with book.records.writing() as connection:
            await book.audit.write(connection, entry(9))
            raise KeyError
    await book.write(2)
    seal = await book.seal()
    assert seal.head.count == 4
    assert (await book.verify()).clean


@pytest.mark.anyio
@pytest.mark.servers
@pytest.mark.parametrize("records_url", ["postgres_store"], indirect=True)
async def test_a_lower_number_that_commits_later_is_waited_for(book: Book) -> None:
    """Of two transactions the one that took its number first ends last."""
    await book.write(1)
    async with book.records.writing() as slow:
        await book.audit.write(slow, entry(2))
        await book.audit.record(entry(3))
        sealing = asyncio.create_task(book.sealing.seal(NOW))
        await asyncio.sleep(0.3)
        assert not sealing.done()
    seal = await sealing
    assert seal is not None
    assert (seal.head.count, seal.head.last_entry) == (3, 3)
    assert (await book.verify()).clean


@pytest.mark.anyio
@pytest.mark.servers
@pytest.mark.parametrize("records_url", ["postgres_store"], indirect=True)
async def test_a_writer_that_hangs_holds_up_the_seal_and_nothing_else(book: Book) -> None:
    await book.write(1)
    async with book.records.writing() as hanging:
        await book.audit.write(hanging, entry(2))
        with pytest.raises(sa.exc.DBAPIError, match="lock timeout"):
            await book.sealing.seal(NOW)
        await book.audit.record(entry(3))
    assert await all_seals(book.records) == []
    assert (await book.seal()).head.count == 3


@pytest.mark.anyio
async def test_writers_go_on_while_seals_are_made_and_none_slips_between(book: Book) -> None:
    async def write(writer: int) -> None:
        for number in range(20):
            await book.audit.record(entry(100 * writer + number))

    async def seal() -> None:
        for _ in range(20):
            await book.sealing.seal(NOW)

    await asyncio.gather(write(1), write(2), write(3), seal())
    await book.sealing.seal(NOW)
    report = await book.verify()
    async with book.records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(log_entries))
        written = found.scalar_one()
    assert (report.clean, report.entries, report.unsealed, written) == (True, 60, 0, 60)
