"""Challenges: one holder, one purpose, one use, five minutes."""

import asyncio
from datetime import datetime, timedelta

import pytest

from gateway.card.challenge import Challenges, Purpose
from gateway.store.memory import MemoryMoments
from tests.card.world import NOW, ORIGIN

pytestmark = pytest.mark.anyio

LIFETIME = timedelta(minutes=5)


class Watch:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def challenges(watch: Watch) -> Challenges:
    return Challenges(MemoryMoments(watch), LIFETIME)


async def test_a_challenge_has_256_bits_of_its_own(challenges: Challenges) -> None:
    issued = [await challenges.issue("browser", Purpose.SIGN_IN, ORIGIN, NOW) for _ in range(100)]

    assert {len(each.value) for each in issued} == {32}
    assert len({each.value for each in issued}) == 100
    assert len({each.challenge_id for each in issued}) == 100
    assert issued[0].expires_at == NOW + LIFETIME


async def test_a_challenge_is_taken_as_it_was_issued(challenges: Challenges) -> None:
    issued = await challenges.issue("browser", Purpose.REGISTRATION, ORIGIN, NOW)

    taken = await challenges.take(issued.challenge_id, "browser", Purpose.REGISTRATION)

    assert taken == issued


async def test_a_challenge_is_taken_once(challenges: Challenges) -> None:
    issued = await challenges.issue("browser", Purpose.SIGN_IN, ORIGIN, NOW)

    first = await challenges.take(issued.challenge_id, "browser", Purpose.SIGN_IN)
    second = await challenges.take(issued.challenge_id, "browser", Purpose.SIGN_IN)

    assert first is not None
    assert second is None


async def test_of_twenty_takers_one_gets_it(challenges: Challenges) -> None:
    issued = await challenges.issue("browser", Purpose.SIGN_IN, ORIGIN, NOW)

    takers = (challenges.take(issued.challenge_id, "browser", Purpose.SIGN_IN) for _ in range(20))
    taken = await asyncio.gather(*takers)

    assert sum(each is not None for each in taken) == 1


@pytest.mark.parametrize(
    ("holder", "purpose"),
    [
        ("another browser", Purpose.SIGN_IN),
        ("", Purpose.SIGN_IN),
        ("browser", Purpose.REGISTRATION),
        ("browser", Purpose.VERIFICATION),
    ],
)
async def test_whoever_tries_it_wrongly_has_spent_it(
    challenges: Challenges, holder: str, purpose: Purpose
) -> None:
    issued = await challenges.issue("browser", Purpose.SIGN_IN, ORIGIN, NOW)

    assert await challenges.take(issued.challenge_id, holder, purpose) is None
    assert await challenges.take(issued.challenge_id, "browser", Purpose.SIGN_IN) is None


async def test_an_unknown_challenge_is_none(challenges: Challenges) -> None:
    assert await challenges.take("never issued", "browser", Purpose.SIGN_IN) is None


@pytest.mark.parametrize(
    ("age", "is_there"),
    [(LIFETIME - timedelta(seconds=1), True), (LIFETIME + timedelta(seconds=1), False)],
)
async def test_a_challenge_lives_five_minutes(
    challenges: Challenges, watch: Watch, age: timedelta, *, is_there: bool
) -> None:
    issued = await challenges.issue("browser", Purpose.SIGN_IN, ORIGIN, NOW)

    watch.now += age
    taken = await challenges.take(issued.challenge_id, "browser", Purpose.SIGN_IN)

    assert (taken is not None) is is_there
