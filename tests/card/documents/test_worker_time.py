"""What a document makes of work outside of the process apart: bounded, and in turns."""

import asyncio
import time

import pytest

from gateway.card.api import Reason
from gateway.card.documents.verify import LONGEST_CERTIFICATE
from gateway.card.model import CheckOutcome
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.documents.desk import CONTENT, Desk
from tests.card.forge import Change, Node, extension, extensions

pytestmark = pytest.mark.anyio
MANY = 60_000
SECONDS = 0.1


def with_extensions(count: int, octets: int = 0) -> Change:
    def change(tbs: Node) -> None:
        extensions(tbs).extend(extension(f"1.2.{each}", bytes(octets)) for each in range(count))

    return change


def signer(desk: Desk, change: Change) -> Signer:
    return Signer(desk.world.forged(change, "sign"), desk.world.keys.card)


async def test_a_certificate_longer_than_any_is_refused_before_it_is_read(desk: Desk) -> None:
    document = make_cms(CONTENT, signer(desk, with_extensions(MANY)))
    begun = time.perf_counter()
    found = await desk.verify(document)
    assert time.perf_counter() - begun < SECONDS
    (signature,) = found.signatures
    assert signature.verification.reason is Reason.MALFORMED_CERTIFICATE
    assert signature.verification.checks[0].outcome is CheckOutcome.REFUSED


async def test_its_length_alone_is_what_it_is_refused_for(desk: Desk) -> None:
    size = len(desk.world.forged(with_extensions(0), "sign"))
    room = LONGEST_CERTIFICATE - size
    for octets, expected in (
        (room - 100, None),
        (room, Reason.MALFORMED_CERTIFICATE),
    ):
        assert await desk.signed_by(signer(desk, with_extensions(1, octets))) is expected


async def test_others_have_their_turn_between_the_signatures_of_a_document(desk: Desk) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    found = await desk.verify(make_cms(CONTENT, *(desk.signer() for _ in range(16))))
    task.cancel()
    assert found.accepted
    assert turns >= len(found.signatures) == 16
