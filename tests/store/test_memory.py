"""Moments in memory cost what is alive, not what has been."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.store.memory import MemoryMoments

MANY = 2_000
LIFETIME = timedelta(minutes=5)

pytestmark = pytest.mark.anyio


class HandSetClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 4, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def size(moments: MemoryMoments) -> int:
    """Nothing but a test needs to know it, so it is looked up inside."""
    return len(moments._kept) + len(moments._ends)


async def test_a_moment_ends_at_its_end_and_not_before() -> None:
    clock = HandSetClock()
    moments = MemoryMoments(clock)
    await moments.put("code", "a", b"grant", LIFETIME)
    clock.now += LIFETIME - timedelta(microseconds=1)
    assert await moments.get("code", "a") == b"grant"
    clock.now += timedelta(microseconds=1)
    assert await moments.get("code", "a") is None


async def test_what_has_ended_takes_no_room() -> None:
    clock = HandSetClock()
    moments = MemoryMoments(clock)
    for number in range(MANY):
        await moments.put("code", str(number), b"grant", LIFETIME)
    assert size(moments) >= MANY
    clock.now += LIFETIME
    await moments.put("code", "one more", b"grant", LIFETIME)
    assert size(moments) == 2


async def test_a_session_that_is_prolonged_all_day_takes_the_room_of_one() -> None:
    moments = MemoryMoments(HandSetClock())
    await moments.put("session", "a", b"", LIFETIME)
    for _ in range(MANY):
        assert await moments.replace("session", "a", b"", LIFETIME)
    assert size(moments) < 100
    assert await moments.get("session", "a") == b""


async def test_what_was_taken_or_dropped_takes_no_room() -> None:
    moments = MemoryMoments(HandSetClock())
    for number in range(MANY):
        await moments.put("challenge", str(number), b"", LIFETIME)
        await (moments.take if number % 2 else moments.drop)("challenge", str(number))
    assert size(moments) < 100
