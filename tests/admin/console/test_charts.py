"""Bars stand where the numbers say, and none leaves the picture."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.admin.console.charts import Day, chart, round_up

FIRST = date(2026, 10, 23)
counts = st.integers(0, 10**9)


def days(*numbers: tuple[int, int]) -> list[Day]:
    return [Day(FIRST + timedelta(days=n), *number) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 5), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (1001, 2000)]
)
def test_the_scale_ends_with_a_round_number(highest: int, top: int) -> None:
    assert round_up(highest) == top


def test_refusals_stand_on_top_of_what_was_done() -> None:
    shown = chart(days((3, 2)))
    done, refused = shown.bars
    assert (done.refused, refused.refused) == (False, True)
    assert done.y + done.height == pytest.approx(shown.base)
    assert refused.y + refused.height == pytest.approx(done.y)
    assert refused.y == pytest.approx(shown.upper)
    assert (shown.done, shown.refused) == (3, 2)


def test_a_day_without_anything_has_no_bar_and_is_counted_all_the_same() -> None:
    shown = chart(days(*[(0, 0)] * 30))
    assert shown.bars == ()
    assert len(shown.days) == 30
    assert [label.text for label in shown.labels] == ["10/23", "10/30", "11/6", "11/13", "11/20"]


def test_no_days_are_an_empty_picture() -> None:
    assert chart([]).bars == ()


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=60))
def test_nothing_leaves_the_picture(numbers: list[tuple[int, int]]) -> None:
    shown = chart(days(*numbers))
    for bar in shown.bars:
        assert shown.left <= bar.x <= bar.x + bar.width <= shown.right + 0.1
        assert shown.upper - 0.2 <= bar.y <= bar.y + bar.height <= shown.base + 0.2
