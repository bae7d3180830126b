"""Somebody who wants to be an operator, and how that can end. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.operators.model import Operator
from gateway.operators.sessions import Method
from gateway.web.arrival import Arrival


@dataclass(frozen=True, slots=True)
class Attempt:
    """By one method, now, from there."""

    arrival: Arrival
    now: datetime
    method: Method
    operator: Operator | None = None
    """Whom they say, or prove, they are."""
    login_name: str | None = None
    """As the register keeps it; None where none was given or it cannot be one."""


class Flaw(StrEnum):
    """Why it was refused: for the log only."""

    UNKNOWN_NAME = "unknown_name"
    NO_PASSWORD = "no_password"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    CODE_USED = "code_used"
    INVALID_ANSWER = "invalid_answer"
    UNKNOWN_PASSKEY = "unknown_passkey"
    COUNT_LAGS = "count_lags"
    """The authenticator counted further before: there is a copy of it."""
    NOT_ACTIVE = "not_active"


class Refusal(StrEnum):
    """What whoever tried is told."""

    WRONG = "wrong"
    HELD = "held"
    COPIED_PASSKEY = "copied_passkey"


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal
    retry_after: timedelta | None = None
    """Of a try that was held."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """They are who they say, and active."""

    operator: Operator
    method: Method
