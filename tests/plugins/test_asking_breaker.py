"""When a responder that fails is asked again, and which answers are not asked for again."""

from datetime import timedelta

import pytest

from gateway.card.api import CertificateStatus, StatusValue
from plugins.asking.breaker import Breaker
from plugins.asking.cache import MAX_ANSWERS, AnswerCache
from tests.card.world import NOW

SECOND, BOUND = timedelta(seconds=1), timedelta(minutes=5)
PAUSE = 30
KEY = "0A" * 32, 1


def opened() -> Breaker:
    breaker = Breaker(3, PAUSE)
    for _ in range(3):
        breaker.fail(0)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(3, PAUSE)
    for _ in range(2):
        breaker.fail(0)
        assert breaker.admits(0)
    breaker.succeed()
    for _ in range(2):
        breaker.fail(0)
        assert breaker.admits(0)
    breaker.fail(0)
    assert not breaker.admits(0)


def test_while_it_is_open_nobody_is_admitted() -> None:
    breaker = opened()

    assert not breaker.admits(0)
    assert not breaker.admits(PAUSE - 1)


def test_half_open_it_admits_one() -> None:
    breaker = opened()

    assert breaker.admits(PAUSE)
    assert not breaker.admits(PAUSE)


def test_a_success_closes_it_and_a_failure_opens_it_again() -> None:
    closed, open_again = opened(), opened()
    assert closed.admits(PAUSE)
    assert open_again.admits(PAUSE)
    closed.succeed()
    open_again.fail(PAUSE + 1)

    assert closed.admits(PAUSE)
    closed.fail(PAUSE)
    assert closed.admits(PAUSE)
    assert not open_again.admits(2 * PAUSE)
    assert open_again.admits(2 * PAUSE + 1)


def test_a_trial_that_never_ends_blocks_it_for_one_pause_only() -> None:
    breaker = opened()

    assert breaker.admits(PAUSE)
    assert breaker.admits(2 * PAUSE)


def status(
    value: StatusValue = StatusValue.GOOD, lasts: timedelta | None = None
) -> CertificateStatus:
    return CertificateStatus(
        value, "ocsp", this_update=NOW, next_update=None if lasts is None else NOW + lasts
    )


@pytest.mark.parametrize("value", [StatusValue.GOOD, StatusValue.REVOKED])
@pytest.mark.parametrize(
    ("lasts", "kept"), [(None, BOUND), (BOUND * 2, BOUND), (BOUND / 2, BOUND / 2)]
)
def test_an_answer_is_kept_to_its_next_update_and_to_the_bound(
    value: StatusValue, lasts: timedelta | None, kept: timedelta
) -> None:
    cache, answer = AnswerCache(BOUND), status(value, lasts)
    cache.put(KEY, answer, NOW)

    assert cache.get(KEY, NOW) is answer
    assert cache.get(KEY, NOW + kept - SECOND) is answer
    assert cache.get(KEY, NOW + kept) is None


@pytest.mark.parametrize(
    ("answer", "bound"),
    [
        (status(StatusValue.UNKNOWN), BOUND),
        (status(lasts=timedelta()), BOUND),
        (status(lasts=-SECOND), BOUND),
        (status(), timedelta()),
    ],
    ids=["unknown", "ends now", "ended within the skew", "no bound"],
)
def test_what_does_not_last_is_not_kept(answer: CertificateStatus, bound: timedelta) -> None:
    cache = AnswerCache(bound)
    cache.put(KEY, answer, NOW)

    assert cache.get(KEY, NOW) is None


def test_an_answer_is_for_one_anchor_and_one_serial_number() -> None:
    cache = AnswerCache(BOUND)
    cache.put(KEY, status(), NOW)

    assert cache.get((KEY[0], 2), NOW) is None
    assert cache.get(("0B" * 32, 1), NOW) is None


def test_an_answer_from_the_future_is_none() -> None:
    cache = AnswerCache(BOUND)
    cache.put(KEY, status(), NOW)

    assert cache.get(KEY, NOW - SECOND) is None
    assert cache.get(KEY, NOW) is not None


def test_the_newer_answer_takes_the_olders_place() -> None:
    cache = AnswerCache(BOUND)
    cache.put(KEY, status(), NOW)
    cache.put(KEY, status(StatusValue.REVOKED), NOW + SECOND)

    found = cache.get(KEY, NOW + SECOND)
    assert found is not None
    assert found.value is StatusValue.REVOKED


def test_the_oldest_gives_way_when_there_are_too_many() -> None:
    cache = AnswerCache(BOUND)
    for serial in range(MAX_ANSWERS + 1):
        cache.put((KEY[0], serial), status(), NOW)

    assert cache.get((KEY[0], 0), NOW) is None
    assert cache.get((KEY[0], 1), NOW) is not None
    assert cache.get((KEY[0], MAX_ANSWERS), NOW) is not None
