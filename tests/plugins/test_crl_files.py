"""The folder of CRLs: read once, read again when something changed, and nothing spoils the rest."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from gateway.virtual.revocation_list import CustomiseCrl
from tests.card.world import NOW
from tests.plugins.crl_world import CONTEXT, NEXT_UPDATE, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN

GARBAGE = {
    "empty": b"",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "zeros": bytes(4_096),
    "random": os.urandom(4_096),
    "a length without end": b"\x30\x84\xff\xff\xff\xff",
}


def _numbered(number: int) -> CustomiseCrl:
    return lambda crl: crl.with_extension(x509.CRLNumber(number))


async def test_a_new_list_is_seen(crls: CrlWorld) -> None:
    assert (await crls.status()).value is UNKNOWN

    crls.write(crls.crl())

    assert (await crls.status()).value is GOOD


async def test_a_list_that_was_replaced_is_read_again(crls: CrlWorld) -> None:
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD

    crls.revoke()
    crls.world.authority.write_crls(crls.folder, CONTEXT.now)

    assert (await crls.status()).value is REVOKED


async def test_a_list_that_was_overwritten_in_place_is_read_again(crls: CrlWorld) -> None:
    """Same name, same inode, same size, and perhaps the same tick of the file system's clock."""
    neighbour = crls.world.issue("auth")
    crls.revoke(issued=neighbour)
    first = crls.crl()
    crls.write(first)
    assert (await crls.status()).value is GOOD
    assert (await crls.status(neighbour)).value is REVOKED

    second = crls.crl(
        lambda crl: replace(
            crl,
            revoked=tuple(
                replace(entry, serial_number=crls.issued.certificate.serial_number)
                for entry in crl.revoked
            ),
        )
    )
    assert len(second) == len(first)
    crls.write(second)

    assert (await crls.status()).value is REVOKED
    assert (await crls.status(neighbour)).value is GOOD


async def test_a_list_that_was_taken_away_no_longer_counts(crls: CrlWorld) -> None:
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD

    (crls.folder / "list.crl").unlink()

    assert (await crls.status()).value is UNKNOWN


async def test_a_file_that_did_not_change_is_not_read_again(crls: CrlWorld) -> None:
    crls.write(crls.crl())
    os.utime(crls.folder / "list.crl", ns=(0, 0))
    files = crls.files()
    before = files.loaded.readings

    crls.write(crls.crl(_numbered(2**60)), "other.crl")
    files.refresh(crls.anchors(), NOW)

    assert before["list.crl"].revocation_list is not None
    assert len(list(files.loaded.lists())) == 2
    assert files.loaded.readings["list.crl"] is before["list.crl"]


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
async def test_a_garbage_file_does_not_kill_the_others_and_is_named(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    crls.write(content, "broken.crl")
    crls.write(crls.crl(), "good.crl")

    assert (await crls.status()).value is GOOD

    assert "broken.crl" in caplog.text
    assert "good.crl" not in caplog.text


async def test_a_truncated_list_is_garbage(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    whole = crls.crl()
    for number, length in enumerate((1, 5, 100, len(whole) - 1)):
        crls.write(whole[:length], f"{number}.crl")
    crls.write(whole + b"\n", "newline.crl")

    assert (await crls.status()).value is UNKNOWN

    assert caplog.text.count("is used instead") == 5


async def test_a_file_is_complained_about_once(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    crls.write(b"garbage", "broken.crl")

    for _ in range(3):
        await crls.status()

    assert caplog.text.count("broken.crl") == 1


async def test_a_list_overwritten_with_garbage_stays_as_it_was(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A failed download must not lock the town out, nor forget who was revoked."""
    neighbour = crls.world.issue("auth")
    crls.revoke(issued=neighbour)
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD

    crls.write(b"<html>502</html>")

    assert (await crls.status()).value is GOOD
    assert (await crls.status(neighbour)).value is REVOKED
    assert "list.crl" in caplog.text
    assert "its last good content is used instead" in caplog.text


async def test_what_stays_still_grows_stale(crls: CrlWorld) -> None:
    crls.write(crls.crl())
    await crls.status()
    crls.write(b"<html>502</html>")

    late = replace(CONTEXT, now=NEXT_UPDATE + timedelta(seconds=1))

    assert (await crls.status(context=late)).stale


async def test_a_file_that_is_too_large_is_not_read(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    content = crls.crl()
    crls.write(content)

    crls.remake(max_file_bytes=len(content) - 1)
    assert (await crls.status()).value is UNKNOWN
    assert "larger than max_file_bytes" in caplog.text

    crls.remake(max_file_bytes=len(content))
    assert (await crls.status()).value is GOOD


async def test_a_hidden_file_and_a_folder_are_not_read(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    crls.write(crls.crl(), ".partial")
    (crls.folder / "sub").mkdir()

    assert (await crls.status()).value is UNKNOWN
    assert caplog.text == ""


async def test_a_missing_folder_could_not_tell_and_says_so_once(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    crls.remake(directory=str(tmp_path / "missing"))

    for _ in range(3):
        assert (await crls.status()).value is UNKNOWN

    assert caplog.text.count("CRL directory") == 1


async def test_a_folder_that_goes_away_leaves_what_was_read(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A share that is not mounted for a moment; staleness bounds how long this may last."""
    crls.write(crls.crl())
    await crls.status()

    crls.folder.rename(crls.folder.with_name("away"))
    assert (await crls.status()).value is GOOD

    crls.folder.with_name("away").rename(crls.folder)
    crls.revoke()
    crls.write(crls.crl())
    assert (await crls.status()).value is REVOKED
