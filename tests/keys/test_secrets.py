"""The master key, what is sealed under it, and keyed hashes."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from cryptography.exceptions import InvalidTag

from gateway.errors import SettingsError
from gateway.keys.hashing import KeyedHash, load_keyed_hash
from gateway.keys.master import MasterKey, create_master_key, load_master_key
from gateway.keys.sealing import Sealed, Sealer
from gateway.settings import Keys
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records

MASTER = MasterKey(b"m" * 32)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    yield records
    await records.close()


def test_a_new_master_key_is_the_owners_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "master.key"
    assert create_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert not create_master_key(path)
    assert path.read_bytes() == before
    wrapped = load_master_key(Keys(master_key_file=str(path))).wrap(b"plain", "p")
    assert load_master_key(Keys(master_key=before.decode())).unwrap(wrapped, "p") == b"plain"


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        (None, 0o600, "genkan init"),
        ("x" * 44, 0o640, "chmod 600"),
        ("not base64!", 0o600, "base64"),
        ("c2hvcnQ=", 0o600, "32 bytes"),
        ("鍵", 0o600, "cannot be read"),
    ],
)
def test_a_master_key_that_cannot_be_used_says_what_to_do(
    tmp_path: Path, text: str | None, mode: int, says: str
) -> None:
    path = tmp_path / "master.key"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(SettingsError, match=says) as refused:
        load_master_key(Keys(master_key_file=str(path)))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("keys.master_key_file")


def test_what_is_wrapped_for_one_purpose_opens_for_no_other() -> None:
    wrapped = MASTER.wrap(b"plain", "signing-key:a")
    assert MASTER.unwrap(wrapped, "signing-key:a") == b"plain"
    for master, purpose in ((MASTER, "signing-key:b"), (MasterKey(b"o" * 32), "signing-key:a")):
        with pytest.raises(SettingsError):
            master.unwrap(wrapped, purpose)
    with pytest.raises(SettingsError):
        MASTER.unwrap(b"", "signing-key:a")


def test_sealed_values_open_for_their_owner_only() -> None:
    sealer = Sealer(MASTER)
    sealed = sealer.seal("resident-1", "花咲 花子".encode())
    assert sealer.open("resident-1", sealed).decode() == "花咲 花子"
    with pytest.raises(SettingsError):
        sealer.open("resident-2", sealed)
    other = sealer.seal("resident-1", b"other")
    with pytest.raises(InvalidTag):
        sealer.open("resident-1", Sealed(sealed.wrapped_key, other.ciphertext))


def test_sealing_twice_shares_nothing() -> None:
    sealer = Sealer(MASTER)
    one, two = sealer.seal("r", b"same"), sealer.seal("r", b"same")
    assert one.ciphertext != two.ciphertext
    assert one.wrapped_key != two.wrapped_key


def test_keyed_hashes_differ_by_key_purpose_and_parts() -> None:
    hashed = KeyedHash(b"k" * 32)
    values = [
        hashed.hash("p", "ab", "c"),
        hashed.hash("p", "a", "bc"),
        hashed.hash("p", "abc"),
        hashed.hash("q", "abc"),
        KeyedHash(b"j" * 32).hash("p", "abc"),
    ]
    assert len(set(values)) == len(values)
    assert {len(value) for value in values} == {43}
    assert hashed.hash("p", "abc") == hashed.hash("p", b"abc")


@pytest.mark.anyio
async def test_workers_that_start_together_share_one_hash_secret(records: Records) -> None:
    found: list[str] = []

    async def start() -> None:
        found.append((await load_keyed_hash(records, MASTER)).hash("p", "x"))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(start)
    assert len(set(found)) == 1


@pytest.mark.anyio
async def test_another_master_key_is_told_apart(records: Records) -> None:
    await load_keyed_hash(records, MASTER)
    with pytest.raises(SettingsError, match="not the one this store was made with"):
        await load_keyed_hash(records, MasterKey(b"o" * 32))
