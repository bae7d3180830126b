"""What `Moments` promises, of every implementation."""

import asyncio
from datetime import timedelta

import pytest

from gateway.clock import system_clock
from gateway.errors import SettingsError
from gateway.store.api import Moments, Redeemed, Replayed
from gateway.store.moments import open_moments

LONG = timedelta(minutes=5)
SHORT = timedelta(milliseconds=40)
PASSED = 0.1
TAKERS = 20

pytestmark = pytest.mark.anyio


class TestMoments:
    async def test_what_was_put_is_got_as_often_as_asked(self, moments: Moments) -> None:
        await moments.put("session", "a", b"\x00\xff+-", LONG)
        assert await moments.get("session", "a") == b"\x00\xff+-"
        assert await moments.get("session", "a") == b"\x00\xff+-"

    async def test_an_empty_value_is_not_nothing(self, moments: Moments) -> None:
        await moments.put("session", "a", b"", LONG)
        assert await moments.get("session", "a") == b""
        assert await moments.take("session", "a") == b""

    async def test_kinds_do_not_see_each_other(self, moments: Moments) -> None:
        await moments.put("code", "a", b"code", LONG)
        assert await moments.get("session", "a") is None
        assert await moments.take("session", "a") is None
        assert await moments.take("code", "a") == b"code"

    async def test_many_more_callers_than_connections_are_all_answered(
        self, moments: Moments
    ) -> None:
        claims = (moments.claim("code", str(number % 300), LONG) for number in range(600))
        assert sum(await asyncio.gather(*claims)) == 300

    async def test_put_overwrites(self, moments: Moments) -> None:
        await moments.put("session", "a", b"old", LONG)
        await moments.put("session", "a", b"new", LONG)
        assert await moments.get("session", "a") == b"new"

    async def test_what_was_taken_is_gone(self, moments: Moments) -> None:
        await moments.put("challenge", "a", b"value", LONG)
        assert await moments.take("challenge", "a") == b"value"
        assert await moments.take("challenge", "a") is None
        assert await moments.get("challenge", "a") is None

    async def test_what_was_dropped_is_gone(self, moments: Moments) -> None:
        await moments.put("session", "a", b"value", LONG)
        await moments.drop("session", "a")
        await moments.drop("session", "never there")
        assert await moments.get("session", "a") is None

    async def test_replace_changes_only_what_is_there(self, moments: Moments) -> None:
        assert not await moments.replace("session", "a", b"new", LONG)
        assert await moments.get("session", "a") is None
        await moments.put("session", "a", b"old", LONG)
        assert await moments.replace("session", "a", b"new", LONG)
        assert await moments.get("session", "a") == b"new"

    async def test_a_second_redeem_is_told_what_the_first_one_got(self, moments: Moments) -> None:
        await moments.put("code", "a", b"grant", LONG)
        assert await moments.redeem("code", "a", LONG) == Redeemed(b"grant")
        assert await moments.redeem("code", "a", LONG) == Replayed(b"grant")
        assert await moments.redeem("code", "a", LONG) == Replayed(b"grant")
        assert await moments.redeem("code", "never there", LONG) is None

    async def test_what_was_redeemed_is_good_for_nothing_else(self, moments: Moments) -> None:
        await moments.put("code", "a", b"grant", LONG)
        await moments.redeem("code", "a", LONG)
        assert await moments.get("code", "a") is None
        assert await moments.take("code", "a") is None
        assert not await moments.replace("code", "a", b"again", LONG)
        assert await moments.redeem("code", "a", LONG) == Replayed(b"grant")

    async def test_a_claim_is_the_first_callers(self, moments: Moments) -> None:
        assert await moments.claim("jti", "a", LONG)
        assert not await moments.claim("jti", "a", LONG)
        assert await moments.claim("jti", "b", LONG)

    async def test_a_moment_that_has_passed_was_never_there(self, moments: Moments) -> None:
        for key in ("get", "take", "replace", "redeem"):
            await moments.put("code", key, b"value", SHORT)
        assert await moments.claim("jti", "a", SHORT)
        await asyncio.sleep(PASSED)
        assert await moments.get("code", "get") is None
        assert await moments.take("code", "take") is None
        assert not await moments.replace("code", "replace", b"new", LONG)
        assert await moments.redeem("code", "redeem", LONG) is None
        assert await moments.claim("jti", "a", LONG)

    async def test_a_replay_is_remembered_for_as_long_as_was_asked(self, moments: Moments) -> None:
        await moments.put("code", "long", b"grant", SHORT)
        await moments.put("code", "short", b"grant", LONG)
        await moments.redeem("code", "long", LONG)
        await moments.redeem("code", "short", SHORT)
        await asyncio.sleep(PASSED)
        assert await moments.redeem("code", "long", LONG) == Replayed(b"grant")
        assert await moments.redeem("code", "short", LONG) is None

    async def test_replace_and_put_prolong(self, moments: Moments) -> None:
        await moments.put("session", "put", b"a", SHORT)
        await moments.put("session", "replaced", b"a", SHORT)
        await moments.put("session", "put", b"b", LONG)
        await moments.replace("session", "replaced", b"b", LONG)
        await asyncio.sleep(PASSED)
        await moments.put("session", "another", b"", LONG)
        assert await moments.get("session", "put") == b"b"
        assert await moments.get("session", "replaced") == b"b"

    async def test_of_many_takers_one_wins(self, moments: Moments) -> None:
        await moments.put("challenge", "a", b"value", LONG)
        got = await asyncio.gather(*(moments.take("challenge", "a") for _ in range(TAKERS)))
        assert sorted(got, key=str) == [None] * (TAKERS - 1) + [b"value"]

    async def test_of_many_redeemers_one_wins_and_the_rest_are_told(self, moments: Moments) -> None:
        await moments.put("code", "a", b"grant", LONG)
        got = await asyncio.gather(*(moments.redeem("code", "a", LONG) for _ in range(TAKERS)))
        assert got.count(Redeemed(b"grant")) == 1
        assert got.count(Replayed(b"grant")) == TAKERS - 1

    async def test_of_many_claims_one_wins(self, moments: Moments) -> None:
        got = await asyncio.gather(*(moments.claim("jti", "a", LONG) for _ in range(TAKERS)))
        assert got.count(True) == 1

    async def test_a_number_grows_by_what_is_added_and_may_be_given_back(
        self, moments: Moments
    ) -> None:
        assert [await moments.count("tries", "a", LONG) for _ in range(3)] == [1, 2, 3]
        assert await moments.count("tries", "b", LONG) == 1
        assert await moments.count("tries", "a", LONG, by=-1) == 2
        assert await moments.count("tries", "a", LONG, by=8) == 10

    async def test_a_number_that_falls_below_one_was_never_there(self, moments: Moments) -> None:
        assert await moments.count("tries", "a", LONG, by=-1) == 0
        assert await moments.count("tries", "a", LONG) == 1
        assert await moments.count("tries", "a", LONG, by=-1) == 0
        assert await moments.get("tries", "a") is None
        assert await moments.count("tries", "a", LONG) == 1
        await moments.drop("tries", "a")
        assert await moments.count("tries", "a", LONG) == 1

    async def test_counting_on_does_not_prolong(self, moments: Moments) -> None:
        await moments.count("tries", "a", SHORT)
        assert await moments.count("tries", "a", LONG) == 2
        await asyncio.sleep(PASSED)
        assert await moments.count("tries", "a", LONG) == 1

    async def test_of_many_who_count_no_two_are_told_the_same(self, moments: Moments) -> None:
        told = await asyncio.gather(*(moments.count("tries", "a", LONG) for _ in range(TAKERS)))
        assert sorted(told) == list(range(1, TAKERS + 1))

    async def test_it_answers(self, moments: Moments) -> None:
        await moments.check()


@pytest.mark.servers
async def test_two_workers_share_redis_and_one_of_them_wins(redis_url: str) -> None:
    workers = [open_moments(redis_url, system_clock) for _ in range(2)]
    await workers[0].put("code", "a", b"grant", LONG)
    calls = [workers[turn % 2].redeem("code", "a", LONG) for turn in range(TAKERS)]
    got = await asyncio.gather(*calls)
    assert got.count(Redeemed(b"grant")) == 1
    assert got.count(Replayed(b"grant")) == TAKERS - 1
    for worker in workers:
        await worker.close()


@pytest.mark.servers
async def test_two_workers_count_on_one_number(redis_url: str) -> None:
    workers = [open_moments(redis_url, system_clock) for _ in range(2)]
    calls = (workers[turn % 2].count("tries", "a", LONG) for turn in range(TAKERS))
    assert sorted(await asyncio.gather(*calls)) == list(range(1, TAKERS + 1))
    for worker in workers:
        await worker.close()


@pytest.mark.parametrize("url", ["", "memory", "memcached://host", "http://localhost:6379"])
async def test_a_url_that_names_no_moments_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^store\.moments: "):
        open_moments(url, system_clock)
