"""Documents that are held at once: so many, so many of one reader; of others nothing is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from gateway.card.documents.places import Places
from gateway.errors import TemporarilyUnavailable
from tests.card.documents.counter import DocumentCounter
from tests.support.counter import access_token
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty


def test_one_reader_has_so_many_places_and_leaves_the_others_theirs() -> None:
    places = Places(in_all=3, of_one=2)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(places.of("a"))
        with pytest.raises(TemporarilyUnavailable), places.of("a"):
            pass
        stack.enter_context(places.of("b"))
        with pytest.raises(TemporarilyUnavailable), places.of("c"):
            pass
    with places.of("a"), places.of("a"), places.of("c"):
        pass


def test_a_place_is_free_again_whatever_became_of_the_document() -> None:
    places = Places(in_all=1, of_one=1)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), places.of("a"):
            raise ValueError("broken")


@pytest.mark.anyio
async def test_of_a_readers_third_document_at_once_nothing_is_read(gateway: Gateway) -> None:
    counter = DocumentCounter(RelyingParty(gateway, await gateway.reader("counter")))
    token = await access_token(counter.reader)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    begun, go_on = [asyncio.Event() for _ in range(3)], asyncio.Event()

    async def send(number: int) -> int:
        async def slow() -> AsyncIterator[bytes]:
            begun[number].set()
            yield b"{"
            await go_on.wait()
            yield b"}"

        async with gateway.browser() as http:
            answer = await http.post("/card/signatures", headers=headers, content=slow())
        return answer.status_code

    async with asyncio.timeout(20):
        two = [asyncio.create_task(send(number)) for number in range(2)]
        await begun[0].wait()
        await begun[1].wait()
        assert await send(2) == 503
        assert not begun[2].is_set()
        go_on.set()
        assert await asyncio.gather(*two) == [400, 400]
        begun[2].clear()
        assert await send(2) == 400
