"""Somebody who can write everything in the store, and has keys, but not ours."""

from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
import sqlalchemy as sa

from gateway.audit.findings import Problem
from gateway.audit.heads import ALG, TYP, Head, digest, open_head
from gateway.audit.merkle import MerkleTree
from gateway.audit.records import log_entries, seals
from gateway.keys.model import generate
from tests.audit.conftest import Book
from tests.audit.test_sealing import root_of

LATER = timedelta(minutes=10)


def forge(head: Head, kid: str) -> str:
    """Signed well, with a key of one's own."""
    header = {"kid": kid, "typ": TYP}
    return jwt.encode(head.claims(), generate(ALG), algorithm=ALG, headers=header)


def put(seal_id: int, head: Head, signed_head: str) -> sa.Update:
    values = {"root_hash": head.root, "signed_head": signed_head}
    return seals.update().where(seals.c.seal_id == seal_id).values(values)


@pytest.mark.anyio
async def test_seals_made_anew_with_another_key_are_found(sealed: Book) -> None:
    """An entry is changed, its batch sealed again, and the seals after it chained to that."""
    own = await sealed.heads()
    kid = jwt.get_unverified_header(own[0])["kid"]
    await sealed.change(
        log_entries.update().where(log_entries.c.entry_id == 6).values(outcome="failed")
    )
    keys = await sealed.keys()
    second = replace(open_head(own[1], keys), root=await root_of(sealed.records, 5, 8))
    signed_second = forge(second, kid)
    third = replace(open_head(own[2], keys), previous=digest(signed_second))
    await sealed.change(put(2, second, signed_second), put(3, third, forge(third, kid)))
    found = await sealed.problems()
    assert found == [(Problem.SIGNATURE_INVALID, 2), (Problem.SIGNATURE_INVALID, 3)]


@pytest.mark.anyio
@pytest.mark.parametrize("kid", ["unknown", ""])
async def test_a_last_seal_under_an_unknown_key_is_found_and_its_entries_count_as_unsealed(
    sealed: Book, kid: str
) -> None:
    head = open_head((await sealed.heads())[2], await sealed.keys())
    await sealed.change(put(3, head, forge(head, kid)))
    report = await sealed.verify()
    assert [str(finding) for finding in report.findings] == [
        "seal 3: its head is not signed with any of the keys"
    ]
    assert report.unsealed == 6


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["", "a.b.c", "é", "[" * 10_000, "." * 10_000])
async def test_a_head_that_is_none_is_found(sealed: Book, text: str) -> None:
    await sealed.change(seals.update().where(seals.c.seal_id == 3).values(signed_head=text))
    assert await sealed.problems() == [(Problem.SIGNATURE_INVALID, 3)]


@pytest.mark.anyio
async def test_a_head_without_a_signature_is_found(sealed: Book) -> None:
    head = open_head((await sealed.heads())[2], await sealed.keys())
    unsigned = jwt.encode(head.claims(), "", algorithm="none", headers={"typ": TYP})
    await sealed.change(put(3, head, unsigned))
    assert await sealed.problems() == [(Problem.SIGNATURE_INVALID, 3)]


@pytest.mark.anyio
async def test_a_genuine_head_in_another_seal_s_place_is_found(sealed: Book) -> None:
    own = await sealed.heads()
    await sealed.change(
        seals.update().where(seals.c.seal_id == 3).values(signed_head=own[1]),
    )
    found = await sealed.problems()
    assert found == [(Problem.SEAL_CHANGED, 3), (Problem.CHAIN_BROKEN, 3)]


@pytest.mark.anyio
async def test_a_seal_added_at_the_end_without_the_key_is_found(sealed: Book) -> None:
    own = await sealed.heads()
    last = open_head(own[2], await sealed.keys())
    root = await root_of(sealed.records, 13, 14)
    assert root != MerkleTree().root().hex()
    head = Head(4, 13, 14, 2, root, digest(own[2]), last.sealed_at + LATER)
    row = {
        "seal_id": 4,
        "first_entry": 13,
        "last_entry": 14,
        "root_hash": root,
        "sealed_at": head.sealed_at,
        "signed_head": forge(head, jwt.get_unverified_header(own[2])["kid"]),
    }
    await sealed.change(seals.insert().values(row))
    report = await sealed.verify()
    assert [finding.problem for finding in report.findings] == [Problem.SIGNATURE_INVALID]
    assert report.unsealed == 2


@pytest.mark.anyio
@pytest.mark.parametrize("records_url", ["sqlite_store"], indirect=True)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE seals SET sealed_at = 'never' WHERE seal_id = 3", Problem.SEAL_CHANGED),
        ("UPDATE seals SET first_entry = 'nine' WHERE seal_id = 3", Problem.SEAL_CHANGED),
        (
            "UPDATE seals SET signed_head = CAST(signed_head AS BLOB) WHERE seal_id = 3",
            Problem.SIGNATURE_INVALID,
        ),
        ("UPDATE log_entries SET at = 'never' WHERE entry_id = 10", Problem.ENTRIES_CHANGED),
        ("UPDATE log_entries SET at = 7 WHERE entry_id = 10", Problem.ENTRIES_CHANGED),
        ("UPDATE log_entries SET detail = '{' WHERE entry_id = 10", Problem.ENTRIES_CHANGED),
        ("UPDATE log_entries SET actor = x'ff' WHERE entry_id = 10", Problem.ENTRIES_CHANGED),
    ],
)
async def test_what_has_no_meaning_any_more_is_found_too(
    sealed: Book, change: str, problem: Problem
) -> None:
    """SQLite keeps in a column whatever somebody puts there."""
    async with sealed.records.writing() as connection:
        await connection.execute(sa.text(change))
    assert await sealed.problems() == [(problem, 3)]
