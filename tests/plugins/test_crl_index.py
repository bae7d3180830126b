"""The file of an index: what it says is what was signed; damaged, it is built again."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.api import StatusValue
from gateway.virtual.template import CrlTemplate, RevokedEntry
from plugins.crl import build_apart
from plugins.crl.build import build_here, index_path
from plugins.crl.build_apart import build_index
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList
from plugins.crl.index_file import DamagedIndexError, open_index
from plugins.crl.index_folder import IndexFolder
from tests.plugins.crl_world import PUBLISHED, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
LARGE = 10_000_000


@pytest.fixture
def indices(tmp_path: Path) -> IndexFolder:
    folder = IndexFolder(tmp_path / "indices", LARGE)
    folder.prepare()
    return folder


def issuers(crls: CrlWorld) -> list[x509.Certificate]:
    return [anchor.certificate for anchor in crls.anchors().values()]


def many(crls: CrlWorld, count: int = 10_000) -> bytes:
    entries = tuple(RevokedEntry(serial, PUBLISHED) for serial in range(1_000, 1_000 + count))
    return crls.crl(lambda crl: replace(crl, revoked=entries))


def index_files(folder: Path) -> list[Path]:
    return list(folder.glob("*.index"))


async def test_the_index_is_a_file_of_at_most_forty_bytes_an_entry(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    crls.write(many(crls))

    found = indices.read(crls.folder / "list.crl", issuers(crls))

    (file,) = index_files(indices.path)
    assert len(found) == 10_000
    assert file.stat().st_size < 40 * 10_000
    assert [found.find(serial) is not None for serial in (999, 1_000, 10_999, 11_000)] == [
        *(False, True, True, False)
    ]


async def test_one_flipped_bit_of_the_list_is_never_believed(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    crls.revoke()
    good = crls.crl()
    for at in range(0, len(good), 3):
        changed = bytearray(good)
        changed[at] ^= 1 << (at % 8)
        crls.write(bytes(changed))
        with pytest.raises(UnusableError):
            build_here(crls.folder / "list.crl", indices.path, issuers(crls), LARGE)
    assert index_files(indices.path) == []


async def test_one_flipped_bit_of_the_index_is_seen(crls: CrlWorld, indices: IndexFolder) -> None:
    crls.revoke()
    crls.write(crls.crl())
    digest = indices.read(crls.folder / "list.crl", issuers(crls)).digest
    file = index_path(indices.path, digest)
    good = file.read_bytes()
    for at in range(len(good)):
        file.write_bytes(good[:at] + bytes((good[at] ^ 0x10,)) + good[at + 1 :])
        with pytest.raises(DamagedIndexError):
            open_index(file, digest)


@pytest.mark.parametrize("left", [0, 7, 40, 300])
async def test_a_damaged_index_is_built_again(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    crls.revoke()
    crls.write(crls.crl())
    assert (await crls.status()).value is REVOKED
    (file,) = index_files(crls.folder / ".index")
    good = file.read_bytes()
    file.write_bytes(good[:left])

    crls.remake()

    assert (await crls.status()).value is REVOKED
    assert file.read_bytes() == good
    assert "damaged; it is built again" in caplog.text


async def test_an_index_of_another_list_under_its_name_is_not_taken(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    crls.write(crls.crl())
    other = indices.read(crls.folder / "list.crl", issuers(crls)).digest
    renamed = index_path(indices.path, "0" * 64)
    index_path(indices.path, other).rename(renamed)

    with pytest.raises(DamagedIndexError):
        open_index(renamed, "0" * 64)


async def test_an_index_tells_nothing_of_a_ca_that_is_not_pinned_any_more(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    crls.write(crls.crl())
    indices.read(crls.folder / "list.crl", issuers(crls))
    sibling = crls.world.authority.issuer("jpki-auth", 1).certificate

    with pytest.raises(UnusableError):
        indices.read(crls.folder / "list.crl", [sibling])


async def test_the_same_list_gives_the_same_index_however_it_is_built(
    crls: CrlWorld, indices: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crls.write(many(crls))
    file = crls.folder / "list.crl"
    here = build_here(file, indices.path, issuers(crls), LARGE)
    monkeypatch.setattr(build_apart, "AT_ONCE", 0)
    apart_folder = tmp_path / "apart"
    apart_folder.mkdir()

    apart = build_index(file, apart_folder, issuers(crls), LARGE)

    assert apart == here
    assert (
        index_path(apart_folder, apart).read_bytes() == index_path(indices.path, here).read_bytes()
    )


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\x30\x84\xff\xff\xff\xff"])
async def test_a_process_of_its_own_says_what_is_wrong(
    crls: CrlWorld, indices: IndexFolder, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(build_apart, "AT_ONCE", -1)
    crls.write(content)

    with pytest.raises(UnusableError, match="not a CRL in DER"):
        build_index(crls.folder / "list.crl", indices.path, issuers(crls), LARGE)


async def test_two_processes_that_build_at_once_do_not_disturb_each_other(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    crls.write(many(crls))
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in issuers(crls))
    file = str(crls.folder / "list.crl")
    program = [sys.executable, "-m", "plugins.crl.build_process"]
    command = [*program, file, str(indices.path), str(LARGE)]

    def run(_: int) -> bytes:
        return subprocess.run(command, input=pem, capture_output=True, check=True).stdout  # noqa: S603

    with ThreadPoolExecutor(3) as threads:
        answers = set(threads.map(run, range(3)))

    assert len(answers) == 1
    assert len(indices.read(Path(file), issuers(crls))) == 10_000
    assert len(list(indices.path.iterdir())) == 1


async def test_readers_of_a_list_that_is_swapped_see_the_old_or_the_new(crls: CrlWorld) -> None:
    """Each answer comes from one whole list, while others take its place."""
    contents = [many(crls, 200 * number) for number in range(1, 9)]
    crls.write(contents[0])
    files, anchors = crls.files(), crls.anchors()
    ended, wrong = threading.Event(), []

    def look() -> None:
        while not ended.wait(0.0005):
            (each,) = files.loaded.lists()
            last = 999 + len(each)
            if each.find(last) is None or each.find(last + 1) is not None:
                wrong.append(last)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for content in contents * 3:
        crls.write(content)
        files.refresh(anchors, PUBLISHED)
    ended.set()
    for reader in readers:
        reader.join()

    assert wrong == []
    assert [len(each) for each in files.loaded.lists()] == [200 * 8]


async def test_a_large_index_is_mapped_and_a_small_one_is_read(
    crls: CrlWorld, indices: IndexFolder
) -> None:
    """A mapping costs a descriptor, and there may be a list of each municipality."""

    def kind(content: bytes) -> type:
        crls.write(content)
        found: RevocationList = indices.read(crls.folder / "list.crl", issuers(crls))
        return type(found.buffer)

    assert kind(crls.crl()) is bytes
    assert kind(many(crls, 20_000)).__name__ == "mmap"


async def test_what_cannot_be_written_is_told_and_not_believed(
    crls: CrlWorld, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("")
    crls.write(crls.crl())

    crls.remake(index_directory=str(tmp_path / "a file"))

    assert (await crls.status()).value is UNKNOWN


async def test_after_a_restart_the_last_good_content_is_used_on(crls: CrlWorld) -> None:
    neighbour = crls.world.issue("auth")
    crls.revoke(issued=neighbour)
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD
    crls.write(b"<html>502</html>")

    crls.remake()

    assert (await crls.status()).value is GOOD
    assert (await crls.status(neighbour)).value is REVOKED


@pytest.mark.parametrize("numbered", [True, False])
async def test_after_a_restart_an_older_list_is_not_believed_either(
    crls: CrlWorld, *, numbered: bool
) -> None:
    """By its number; by its thisUpdate where the number is the same."""

    def list_of(day: int) -> bytes:
        def change(crl: CrlTemplate) -> CrlTemplate:
            crl = replace(crl, this_update=PUBLISHED - timedelta(days=9 - day))
            return crl.with_extension(x509.CRLNumber(day if numbered else 1))

        return crls.crl(change)

    crls.write(list_of(7))
    assert (await crls.status()).value is GOOD
    crls.write(list_of(6))
    crls.remake()

    assert (await crls.status()).detail == "its CRL is older than one that was here before"

    crls.write(list_of(8))
    assert (await crls.status()).value is GOOD
