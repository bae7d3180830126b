"""A check, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.conform.inspection import Inspection


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"
    """It is allowed, and there is a better way."""
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    outcome: Outcome
    found: str
    """The text that says what was seen: `found_…`."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in it: statuses, numbers, addresses without a query."""


@dataclass(frozen=True, slots=True)
class Check:
    """`name`: of its texts too: what is done and what a good service does (`check_…`), and what to
    change in one that does otherwise (`change_…`)."""

    name: str
    clause: str
    run: Callable[["Inspection"], Finding]
    unless: Callable[["Inspection"], str | None] = lambda _: None
    """Why it does not apply to this service: a text (`because_…`); None where it does."""

    @property
    def key(self) -> str:
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Result:
    check: Check
    finding: Finding
    milliseconds: int

    @property
    def outcome(self) -> Outcome:
        return self.finding.outcome


def passed(found: str = "found_as_expected", **values: str) -> Finding:
    return Finding(Outcome.PASSED, found, values)


def failed(found: str, **values: str) -> Finding:
    return Finding(Outcome.FAILED, found, values)


def warning(found: str, **values: str) -> Finding:
    return Finding(Outcome.WARNING, found, values)


def not_applicable(because: str) -> Finding:
    return Finding(Outcome.NOT_APPLICABLE, because)
