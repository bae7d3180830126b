"""What a kiosk or a counter waits for, and what one resident is asked. Values only.

RFC 8628, OpenID Connect Client-Initiated Backchannel Authentication (CIBA) Core 1.0.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from gateway.oidc.model import Grant

Way = Literal["device", "counter"]


@dataclass(frozen=True, slots=True)
class Ping:
    """Where a service wants to be told of the answer, what it is told, and by whom
    (CIBA Core 1.0 §10.2)."""

    auth_req_id: str = field(repr=False)
    client_notification_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What a resident is asked (moment "question", under `question_id`). Taken once: by the
    answer."""

    question_id: str = field(repr=False)
    poll_key: str = field(repr=False)
    """The hash of what the client polls with."""
    way: Way
    client_id: str
    scopes: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    """Seconds since the sign-in that answers it."""
    resident_id: str | None = None
    """Who alone may answer; None: whoever stands before the device."""
    user_code: str | None = field(default=None, repr=False)
    binding_message: str | None = field(default=None, repr=False)
    places: tuple[str, ...] = ()
    """Those it holds among what waits (`places.py`)."""
    ping: Ping | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """What a client that polls is told from (moment "poll", under `poll_key`). It outlives the
    question, so that a late or repeated poll is told the truth."""

    way: Way
    client_id: str
    resident_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the resident decided (moment "answer", under `poll_key`); no grant: declined."""

    grant: Grant | None


def encode(value: Question | Poll | Answer) -> bytes:
    return msgspec.json.encode(value)


def decode_question(raw: bytes) -> Question:
    return msgspec.json.decode(raw, type=Question)


def decode_poll(raw: bytes) -> Poll:
    return msgspec.json.decode(raw, type=Poll)


def decode_answer(raw: bytes) -> Answer:
    return msgspec.json.decode(raw, type=Answer)
