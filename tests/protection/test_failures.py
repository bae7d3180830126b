"""Each further failure waits longer; whoever is somewhere else waits for nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.clock import system_clock
from gateway.keys.hashing import KeyedHash
from gateway.protection.backoff import Backoff
from gateway.protection.failures import MOST, Failures, Rule
from gateway.store.api import Moments
from gateway.store.memory import MemoryMoments
from gateway.store.moments import open_moments
from tests.support.gateway import NOW, MovableClock

pytestmark = pytest.mark.anyio
HASH = KeyedHash(bytes(32))
RULE = Rule("client", Backoff(free=3, longest=timedelta(seconds=10)))
HERE, THERE = "192.0.2.1", "198.51.100.9"
NOTHING = timedelta()


@pytest.fixture(params=["memory:", pytest.param("redis", marks=pytest.mark.servers)])
async def moments(request: pytest.FixtureRequest) -> AsyncIterator[Moments]:
    url = request.param if request.param == "memory:" else request.getfixturevalue("redis_url")
    opened = open_moments(url, system_clock)
    yield opened
    await opened.close()


async def fail(failures: Failures, times: int, who: str = "health", address: str = HERE) -> None:
    for _ in range(times):
        await failures.count(RULE, who, address, NOW)


@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(0, 0), (3, 0), (4, 1), (5, 2), (6, 4), (7, 8), (8, 10), (9, 10), (100_000, 10)],
)
def test_each_further_one_waits_twice_as_long_up_to_the_longest(wrong: int, seconds: int) -> None:
    assert RULE.backoff.wait_after(wrong) == timedelta(seconds=seconds)


async def test_a_few_failures_make_nobody_wait(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    await fail(failures, 3)
    assert failures.left(RULE, "health", HERE, NOW) == NOTHING


async def test_the_next_one_waits_and_then_may_try(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    await fail(failures, 5)
    assert failures.left(RULE, "health", HERE, NOW) == timedelta(seconds=2)
    assert failures.left(RULE, "health", HERE, NOW + timedelta(seconds=1)) == timedelta(seconds=1)
    assert failures.left(RULE, "health", HERE, NOW + timedelta(seconds=2)) == NOTHING


async def test_nobody_waits_for_what_another_did_or_did_elsewhere(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    await fail(failures, 20)
    assert failures.left(RULE, "health", THERE, NOW) == NOTHING
    assert failures.left(RULE, "points", HERE, NOW) == NOTHING
    assert failures.left(Rule("card", RULE.backoff), "health", HERE, NOW) == NOTHING


async def test_a_subscriber_with_a_whole_64_is_one(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    for number in range(5):
        await failures.count(RULE, "health", f"2001:db8::{number}", NOW)
    assert failures.left(RULE, "health", "2001:db8::ffff", NOW)
    assert not failures.left(RULE, "health", "2001:db8:0:1::1", NOW)


async def test_another_worker_learns_of_it_at_its_own_next_failure(moments: Moments) -> None:
    one, other = Failures(moments, HASH), Failures(moments, HASH)
    await fail(one, 5)
    assert other.left(RULE, "health", HERE, NOW) == NOTHING
    await fail(other, 1)
    assert other.left(RULE, "health", HERE, NOW) == timedelta(seconds=4)


async def test_failures_at_once_in_many_workers_are_counted_each(moments: Moments) -> None:
    workers = [Failures(moments, HASH) for _ in range(4)]
    found = await asyncio.gather(
        *(workers[turn % 4].count(RULE, "health", HERE, NOW) for turn in range(40))
    )
    assert sorted(one.times for one in found) == list(range(1, 41))


async def test_failures_are_forgotten_so_long_after_the_first() -> None:
    clock = MovableClock()
    failures = Failures(MemoryMoments(clock), HASH)
    await fail(failures, 9)
    clock.forward(minutes=15)
    assert (await failures.count(RULE, "health", HERE, clock())).times == 1


async def test_a_rule_that_does_not_hold_counts_only(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    noticed = Rule("access_token", RULE.backoff, holds=False)
    for _ in range(9):
        found = await failures.count(noticed, "", HERE, NOW)
    assert found.wait
    assert failures.left(noticed, "", HERE, NOW) == NOTHING


async def test_a_clock_that_is_set_back_makes_nobody_wait_for_longer(moments: Moments) -> None:
    failures = Failures(moments, HASH)
    await fail(failures, 9)
    assert failures.left(RULE, "health", HERE, NOW - timedelta(hours=1)) == NOTHING


async def test_the_memory_is_bounded() -> None:
    failures = Failures(MemoryMoments(MovableClock()), HASH)
    eager = Rule("client", Backoff(free=0, longest=timedelta(seconds=10)))
    for number in range(MOST + 10):
        await failures.count(eager, str(number), HERE, NOW)
    assert len(vars(failures)["_until"]) == MOST


async def test_no_name_is_kept_in_the_store_as_it_came() -> None:
    moments = MemoryMoments(MovableClock())
    await fail(Failures(moments, HASH), 5, "my password, by mistake")
    assert "mistake" not in repr(vars(moments))
