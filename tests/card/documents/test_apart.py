"""The process that reads documents: what a document does to it, the gateway and the next document
do not feel."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.documents import apart as apart_module
from gateway.card.documents.apart import Apart
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import DocumentFormat, UnverifiedDocument
from tests.card.documents.cms_maker import make_cms
from tests.card.documents.desk import CONTENT, Desk, cms

pytestmark = pytest.mark.anyio


@pytest.fixture
async def apart() -> AsyncIterator[Apart]:
    async with Apart() as opened:
        yield opened


@pytest.fixture
def document(desk: Desk) -> UnverifiedDocument:
    return cms(make_cms(CONTENT, desk.signer()))


def process_of(apart: Apart) -> asyncio.subprocess.Process:
    process = apart._process
    assert process is not None
    return process


async def refusal(apart: Apart, document: UnverifiedDocument) -> Reason:
    with pytest.raises(CertificateError) as refused:
        await apart.read(document)
    return refused.value.reason


async def stop(apart: Apart) -> int:
    """It works on, and comes to no end."""
    number = process_of(apart).pid
    os.kill(number, signal.SIGSTOP)
    return number


def is_running(number: int) -> bool:
    return Path(f"/proc/{number}").exists()


async def test_what_is_read_apart_is_what_is_read_here(
    apart: Apart, document: UnverifiedDocument
) -> None:
    assert await apart.read(document) == read_cms(document)


async def test_a_signature_that_cannot_stand_comes_back_as_one(apart: Apart, desk: Desk) -> None:
    broken = cms(make_cms(CONTENT, desk.signer(), holds=b"other"))
    (found,) = await apart.read(broken)
    assert isinstance(found, CertificateError)
    assert found.reason is Reason.DOCUMENT_CHANGED


async def test_one_process_reads_all_and_is_started_by_the_first(
    apart: Apart, document: UnverifiedDocument
) -> None:
    assert apart._process is None
    await apart.read(document)
    first = process_of(apart).pid
    await apart.read(document)
    assert process_of(apart).pid == first


@pytest.mark.parametrize("format_", list(DocumentFormat))
@pytest.mark.parametrize(
    "octets",
    [b"\x30", b"<html><body>login</body></html>", b"\x30\x80" * 500_000, b"\x31" * 1_000_000],
    ids=["truncated", "html", "nested", "of one octet"],
)
async def test_what_is_no_document_is_refused_in_time(
    apart: Apart, format_: DocumentFormat, octets: bytes
) -> None:
    began = time.perf_counter()
    reason = await refusal(apart, UnverifiedDocument(format_, octets))
    assert reason in (
        Reason.MALFORMED_DOCUMENT,
        Reason.NOT_SIGNED,
        Reason.DOCUMENT_TOO_COMPLEX,
    )
    assert time.perf_counter() - began < apart_module.LONGEST_SECONDS
    assert process_of(apart).returncode is None


async def test_a_process_that_was_killed_is_followed_by_another(
    apart: Apart, document: UnverifiedDocument
) -> None:
    await apart.read(document)
    number = await stop(apart)
    asked = asyncio.create_task(apart.read(document))
    await asyncio.sleep(0.05)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(CertificateError) as refused:
        await asked
    assert refused.value.reason is Reason.DOCUMENT_TOO_COMPLEX
    assert len(await apart.read(document)) == 1
    assert process_of(apart).pid != number


async def test_a_process_that_comes_to_no_end_is_ended(document: UnverifiedDocument) -> None:
    async with Apart(seconds=5) as patient:
        await patient.read(document)
        number = await stop(patient)
        patient._seconds = 0.2
        assert await refusal(patient, document) is Reason.DOCUMENT_TOO_COMPLEX
        assert not is_running(number)
        patient._seconds = 5
        assert len(await patient.read(document)) == 1


async def test_whoever_gives_up_takes_no_one_elses_answer(
    apart: Apart, desk: Desk, document: UnverifiedDocument
) -> None:
    await apart.read(document)
    number = await stop(apart)
    asked = asyncio.create_task(apart.read(document))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not is_running(number)
    other = cms(make_cms(b"other", desk.signer()))
    assert await apart.read(other) == read_cms(other)


async def test_documents_wait_for_each_other_and_each_has_its_own_answer(
    apart: Apart, desk: Desk
) -> None:
    signer = desk.signer()
    documents = [cms(make_cms(bytes([number]), signer)) for number in range(6)]
    found = await asyncio.gather(*(apart.read(document) for document in documents))
    assert found == [read_cms(document) for document in documents]


async def test_it_ends_with_the_gateway(document: UnverifiedDocument) -> None:
    async with Apart() as opened:
        await opened.read(document)
        number = process_of(opened).pid
        assert is_running(number)
    assert not is_running(number)


async def test_it_ends_with_its_pipe_too(apart: Apart, document: UnverifiedDocument) -> None:
    """A worker that was killed closes nothing in order."""
    await apart.read(document)
    process = process_of(apart)
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_it_knows_no_secret_and_is_held_short(
    apart: Apart, document: UnverifiedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENKAN_KEYS__MASTER_KEY", "secret")
    await apart.read(document)
    folder = Path(f"/proc/{process_of(apart).pid}")
    assert b"secret" not in (folder / "environ").read_bytes()
    limits = (folder / "limits").read_text()
    for name, limit in (("Max address space", 1 << 30), ("Max core file size", 0)):
        (line,) = (line for line in limits.splitlines() if line.startswith(name))
        assert line.split()[len(name.split())] == str(limit)
    for descriptor in "012":
        assert (folder / "fd" / descriptor).readlink() == Path("/dev/null")
