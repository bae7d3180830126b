"""How often the folder of CRLs is looked at, by whom, and what its settings may be."""

import asyncio
import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.card.api import CertificateStatus, StatusValue, ValidationContext
from plugins.crl import CrlDirectory
from plugins.crl.settings import read_settings
from tests.plugins.crl_world import CONTEXT, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN

GARBAGE = {
    "empty": b"",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "zeros": bytes(4_096),
    "random": os.urandom(4_096),
    "a length without end": b"\x30\x84\xff\xff\xff\xff",
}


async def test_the_folder_is_looked_at_again_after_the_interval(crls: CrlWorld) -> None:
    crls.remake(check_seconds=5)
    assert (await crls.status()).value is UNKNOWN
    crls.write(crls.crl())

    soon = replace(CONTEXT, now=CONTEXT.now + timedelta(seconds=4))
    later = replace(CONTEXT, now=CONTEXT.now + timedelta(seconds=5))

    assert await settled(crls, soon) is UNKNOWN
    assert await settled(crls, later) is GOOD


async def settled(crls: CrlWorld, context: ValidationContext) -> StatusValue:
    """What is answered when the look that a question may have begun is over."""
    await crls.status(context=context)
    for _ in range(100):
        if (await crls.status(context=context)).value is not UNKNOWN:
            break
        await asyncio.sleep(0.01)
    return (await crls.status(context=context)).value


async def test_a_question_does_not_wait_for_the_look_it_begins(
    crls: CrlWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crls.remake(check_seconds=5)
    await crls.status()
    may_go_on = threading.Event()
    scandir = os.scandir

    def slow(path: str) -> object:
        may_go_on.wait(5)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", slow)
    crls.write(crls.crl())
    later = replace(CONTEXT, now=CONTEXT.now + timedelta(seconds=5))

    meanwhile = await asyncio.wait_for(crls.status(context=later), 1)
    may_go_on.set()

    assert meanwhile.value is UNKNOWN
    assert await settled(crls, later) is GOOD


async def test_a_clock_that_was_set_back_does_not_stop_the_looking(crls: CrlWorld) -> None:
    crls.remake(check_seconds=5)
    ahead = replace(CONTEXT, now=CONTEXT.now + timedelta(hours=2))
    assert (await crls.status(context=ahead)).value is UNKNOWN
    crls.write(crls.crl())

    assert await settled(crls, CONTEXT) is GOOD


async def test_a_hundred_first_questions_read_the_folder_once(
    crls: CrlWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crls.write(crls.crl())
    looked = count_looks(monkeypatch)
    crls.remake(check_seconds=5)

    answers = await asyncio.gather(*(crls.status() for _ in range(100)))

    assert {answer.value for answer in answers} == {GOOD}
    assert len(looked) == 1


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """On which threads a folder was looked at."""
    looked: list[threading.Thread] = []
    scandir = os.scandir

    def counting(path: Path) -> object:
        if path.name != ".index":
            looked.append(threading.current_thread())
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counting)
    return looked


async def test_files_are_read_off_the_event_loop(
    crls: CrlWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crls.write(crls.crl())
    looked = count_looks(monkeypatch)

    await crls.status()

    assert looked
    assert threading.main_thread() not in looked


async def test_nobody_waits_for_a_look_another_has_begun(
    crls: CrlWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file is being read: until it is, the last reading answers."""
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD
    begun, may_go_on = threading.Event(), threading.Event()
    scandir = os.scandir

    def slow(path: str) -> object:
        begun.set()
        may_go_on.wait(5)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", slow)
    crls.revoke()
    crls.write(crls.crl())

    first = asyncio.create_task(crls.status())
    await asyncio.to_thread(begun.wait, 5)
    meanwhile = await asyncio.wait_for(crls.status(), 1)
    may_go_on.set()
    waited: CertificateStatus = await first

    assert meanwhile.value is GOOD
    assert waited.value is REVOKED


async def test_the_verdict_on_one_content_is_not_given_to_the_next(
    crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A list that nobody has signed is a failed refresh: it revokes nobody, and frees nobody."""
    crls.write(crls.crl())
    assert (await crls.status()).value is GOOD

    crls.revoke()
    broken = bytearray(crls.crl())
    broken[-1] ^= 1
    crls.write(bytes(broken))

    assert (await crls.status()).value is GOOD
    assert "not signed by the certificate's issuer; its last good content" in caplog.text


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"folder": "x"}, "folder: unknown key"),
        ({"directory": ""}, "directory: "),
        ({"directory": 5}, "directory: "),
        ({"check_seconds": -1}, "check_seconds: "),
        ({"check_seconds": "5"}, "check_seconds: "),
        ({"check_seconds": True}, "check_seconds: "),
        ({"check_seconds": 0.5}, "check_seconds: "),
        ({"max_file_bytes": 0}, "max_file_bytes: "),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        CrlDirectory(table)


def test_an_empty_table_means_the_defaults() -> None:
    settings = read_settings({})

    assert settings.directory == Path("var/crl")
    assert settings.check_interval == timedelta(seconds=5)
    assert settings.max_file_bytes == 1024 * 1024 * 1024
