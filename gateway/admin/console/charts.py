"""Bars of days: numbers in, geometry out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 360, 140
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 2, 10, 20
_BASE = HEIGHT - _BOTTOM
_SPACE = 0.2
"""Of a day's width, what stays empty."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was done, and, on top of it, what was refused."""

    day: date
    done: int
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    refused: bool


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    """Under the first day and every seventh after it."""
    top: int
    """What the upper line stands for."""
    done: int
    """All days together."""
    refused: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    upper: int = _TOP
    base: int = _BASE


def chart(days: Sequence[Day]) -> Chart:
    top = round_up(max((day.done + day.refused for day in days), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(days), 1)
    bars: list[Bar] = []
    for number, day in enumerate(days):
        x, width = _LEFT + step * (number + _SPACE / 2), step * (1 - _SPACE)
        done, refused = _height(day.done, top), _height(day.refused, top)
        if done:
            bars.append(_bar(x, _BASE - done, width, done, refused=False))
        if refused:
            bars.append(_bar(x, _BASE - done - refused, width, refused, refused=True))
    labels = [
        Label(round(_LEFT + step * (number + 0.5), 1), f"{day.day.month}/{day.day.day}")
        for number, day in enumerate(days)
        if number % 7 == 0
    ]
    return Chart(
        days=tuple(days),
        bars=tuple(bars),
        labels=tuple(labels),
        top=top,
        done=sum(day.done for day in days),
        refused=sum(day.refused for day in days),
    )


def round_up(highest: int) -> int:
    """The next 1, 2 or 5 with zeros behind it, so that days can be compared by eye; at least 5."""
    scale = 1
    while True:
        for digit in (1, 2, 5):
            if digit * scale >= max(highest, 5):
                return digit * scale
        scale *= 10


def _height(count: int, top: int) -> float:
    return (_BASE - _TOP) * count / top


def _bar(x: float, y: float, width: float, height: float, *, refused: bool) -> Bar:
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), refused)
