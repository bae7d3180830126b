"""Tries that come in at the same time on Redis, where every step lets another one through."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.clock import system_clock
from gateway.operators.lockout import Held, Lockout, Try
from gateway.store.api import Moments
from gateway.store.moments import open_moments
from tests.operators.people import KEYED_HASH, NOW

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
HERE = "203.0.113.7"


@pytest.fixture
async def moments(redis_url: str) -> AsyncIterator[Moments]:
    moments = open_moments(redis_url, system_clock)
    yield moments
    await moments.close()


async def test_of_many_guesses_at_once_five_are_looked_at(moments: Moments) -> None:
    workers = [Lockout(moments, KEYED_HASH) for _ in range(2)]
    found = await asyncio.gather(*(one.begin("hanako", HERE, NOW) for one in workers * 30))
    assert sum(isinstance(one, Try) for one in found) == 5
    held = await workers[0].begin("hanako", HERE, NOW)
    assert isinstance(held, Held)
    assert held.retry_after <= timedelta(seconds=1)


async def test_of_many_names_at_once_from_one_address_a_hundred_are(moments: Moments) -> None:
    lockout = Lockout(moments, KEYED_HASH)
    found: list[Try | Held] = []
    for hall in range(5):
        names = [f"person{hall}-{number}" for number in range(26)]
        found += await asyncio.gather(*(lockout.begin(name, HERE, NOW) for name in names))
    assert sum(isinstance(one, Try) for one in found) == 100
    assert isinstance(await lockout.begin("hanako", "198.51.100.9", NOW), Try)


async def test_sign_ins_at_once_hold_nobody(moments: Moments) -> None:
    lockout = Lockout(moments, KEYED_HASH)

    async def sign_in(number: int) -> bool:
        found = await lockout.begin(f"person{number}", HERE, NOW)
        if isinstance(found, Try):
            await lockout.succeed(found)
        return isinstance(found, Try)

    for _ in range(4):
        assert all(await asyncio.gather(*(sign_in(number) for number in range(40))))
    assert isinstance(await lockout.begin("hanako", HERE, NOW), Try)
