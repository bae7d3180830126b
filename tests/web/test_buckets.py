"""A sender has room for a burst, and for so many a minute in the long run."""

import pytest

from gateway.web.buckets import Buckets


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_a_burst_goes_through_at_once_and_no_more(seconds: Seconds) -> None:
    buckets = Buckets(60, 5, seconds)
    assert [buckets.take("a") for _ in range(5)] == [0.0] * 5
    assert buckets.take("a") == pytest.approx(1, abs=0.001)


def test_there_is_room_again_when_it_was_said(seconds: Seconds) -> None:
    buckets = Buckets(60, 5, seconds)
    for _ in range(5):
        buckets.take("a")
    seconds.now += buckets.take("a") - 0.01
    assert buckets.take("a") > 0
    seconds.now += 0.01
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0


def test_who_asks_too_early_waits_no_longer_for_it(seconds: Seconds) -> None:
    buckets = Buckets(60, 1, seconds)
    buckets.take("a")
    assert len({buckets.take("a") for _ in range(1_000)}) == 1


def test_in_the_long_run_so_many_a_minute(seconds: Seconds) -> None:
    buckets, passed = Buckets(60, 5, seconds), 0
    for _ in range(6_000):  # ten a second for ten minutes
        passed += buckets.take("a") == 0.0
        seconds.now += 0.1
    assert 600 <= passed <= 606


def test_who_was_quiet_has_the_burst_and_nothing_saved_up(seconds: Seconds) -> None:
    buckets = Buckets(60, 5, seconds)
    buckets.take("a")
    seconds.now += 86_400
    assert [buckets.take("a") == 0.0 for _ in range(6)] == [True] * 5 + [False]


def test_nobody_uses_up_anothers_room(seconds: Seconds) -> None:
    buckets = Buckets(60, 1, seconds)
    buckets.take("a")
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


def test_the_memory_is_bounded_and_whoever_floods_stays_in_it(seconds: Seconds) -> None:
    buckets = Buckets(1, 1, seconds, most=10)
    buckets.take("flood")
    for number in range(1_000):
        assert buckets.take("flood") > 0
        assert buckets.take(f"address-{number}") == 0.0
    assert len(vars(buckets)["_full_at"]) == 10
