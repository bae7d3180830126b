"""`genkan audit`: the log proven from the command line, with what was kept elsewhere or without."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.log import AuditLog
from gateway.audit.sealing import Sealing
from gateway.clock import system_clock
from gateway.commands.store_commands import opened_keys, opened_records
from gateway.keys.hashing import KeyedHash
from gateway.settings import Settings
from tests.audit.conftest import entry
from tests.commands.conftest import Genkan

CLEAN = "nothing is wrong"


def run_sql(statement: str) -> None:
    with closing(sqlite3.connect("var/genkan.db")) as database, database:
        assert database.execute(statement).rowcount > 0


async def write_and_seal(batches: int) -> dict[str, object]:
    """Returns the public keys."""
    now, settings = system_clock(), Settings()
    async with opened_keys(settings) as keys, opened_records(settings) as records:
        audit, sealing = AuditLog(records, KeyedHash(b"k" * 32)), Sealing(records, keys)
        for batch in range(batches):
            await audit.record(*(entry(number, now) for number in range(5)))
            assert await sealing.seal(now + batch * timedelta(seconds=1))
        await audit.record(entry(0, now))
        return await keys.jwks(now)


@pytest.fixture
def jwks(genkan: Genkan, tmp_path: Path) -> dict[str, object]:
    """Three seals and an entry that is not sealed yet, in the folder's store; their keys."""
    genkan("init")
    return asyncio.run(write_and_seal(3))


def test_an_untouched_log_is_proven_and_exits_0(genkan: Genkan, jwks: object) -> None:
    done = genkan("audit", "verify")
    assert done.exit_code == 0
    assert CLEAN in done.out
    assert done.out.startswith("Seals: 3, of which 0 ")
    assert done.out.endswith("Not sealed yet: 1.\n")


def test_each_finding_is_a_line_that_says_where_and_it_exits_1(
    genkan: Genkan, jwks: object
) -> None:
    run_sql("UPDATE log_entries SET outcome = 'failed' WHERE resident = 'pseudonym-3'")
    run_sql("UPDATE seals SET sealed_at = '2026-01-01 00:00:00.000000' WHERE seal_id = 2")
    done = genkan("audit", "verify")
    assert done.exit_code == 1
    lines = done.out.splitlines()
    assert [line.partition(":")[0].partition(",")[0] for line in lines[:4]] == [
        "seal 1",
        "seal 2",
        "seal 2",
        "seal 3",
    ]
    assert "findings: 4" in lines[4]
    assert CLEAN not in done.out


def test_heads_that_were_kept_find_what_was_cut_off(
    genkan: Genkan, jwks: object, tmp_path: Path
) -> None:
    every, last = genkan("audit", "heads"), genkan("audit", "heads", "--last", "1")
    assert last.out.splitlines() == every.out.splitlines()[-1:]
    assert len(every.out.splitlines()) == 3
    (tmp_path / "heads.txt").write_text(last.out)
    kept = ("--heads", "heads.txt")
    assert genkan("audit", "verify", *kept).exit_code == 0
    run_sql("DELETE FROM log_entries WHERE entry_id > (SELECT MAX(last_entry) - 5 FROM seals)")
    run_sql("DELETE FROM seals WHERE seal_id = 3")
    assert genkan("audit", "verify").exit_code == 0
    done = genkan("audit", "verify", *kept)
    assert done.exit_code == 1
    assert done.out.startswith("seal 3: it was kept elsewhere, and is not here\n")


def test_with_public_keys_that_were_kept_no_master_key_is_needed(
    genkan: Genkan, jwks: object, tmp_path: Path
) -> None:
    (tmp_path / "jwks.json").write_text(json.dumps(jwks))
    (tmp_path / "var" / "master.key").unlink()
    assert genkan("audit", "verify", "--jwks", "jwks.json").exit_code == 0
    without = genkan("audit", "verify")
    assert (without.exit_code, without.err.count("\n")) == (2, 1)
    assert "keys.master_key_file" in without.err


def test_keys_of_another_gateway_prove_nothing(
    genkan: Genkan, jwks: dict[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    others = [{**key, "kid": f"not-{key['kid']}"} for key in jwks["keys"]]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": others}))
    done = genkan("audit", "verify", "--jwks", "jwks.json")
    assert done.exit_code == 1
    assert "seal 1: its head is not signed with any of the keys" in done.out


def test_a_public_key_swapped_in_the_store_is_not_believed(genkan: Genkan, jwks: object) -> None:
    run_sql("""UPDATE signing_keys SET public_jwk = '{"kty":"EC"}'""")
    assert genkan("audit", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("option", "content", "line"),
    [
        ("--heads", b" \n", "file holds no head; `genkan audit heads` prints them"),
        ("--heads", b"\xff", "file is not text"),
        ("--jwks", b"[", "file is not a JWK Set, as /jwks answers it"),
        ("--jwks", b"[]", "file is not a JWK Set, as /jwks answers it"),
        ("--jwks", b'{"keys": [1]}', "file is not a JWK Set, as /jwks answers it"),
        ("--jwks", b'{"keys": []}', "file holds no key that heads are signed with"),
    ],
)
def test_a_file_that_is_none_of_ours_is_one_line(
    genkan: Genkan, tmp_path: Path, option: str, content: bytes, line: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    genkan("init")
    done = genkan("audit", "verify", option, "file")
    assert (done.exit_code, done.out) == (2, "")
    assert done.err == f"genkan: {option}: {line}\n"


def test_a_file_that_is_not_there_is_one_line(genkan: Genkan) -> None:
    genkan("init")
    done = genkan("audit", "verify", "--heads", "nowhere")
    assert (done.exit_code, done.err) == (2, "genkan: nowhere: No such file or directory\n")


def test_without_a_store_it_says_what_to_do(genkan: Genkan) -> None:
    for command in ("verify", "heads"):
        done = genkan("audit", command)
        assert (done.exit_code, done.err.count("\n")) == (2, 1)
        assert "genkan init" in done.err
