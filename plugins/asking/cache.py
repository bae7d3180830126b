"""Answers that need not be asked for again for a while. Pure: `now` is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.card.api import CertificateStatus, StatusValue

Key = tuple[str, int]
"""The anchor's fingerprint and the certificate's serial number."""

MAX_ANSWERS = 10_000


@dataclass(frozen=True, slots=True)
class _Answer:
    status: CertificateStatus
    since: datetime
    until: datetime


class AnswerCache:
    """Good and revoked, until their nextUpdate and no longer than the bound; never UNKNOWN."""

    def __init__(self, bound: timedelta) -> None:
        self._bound = bound
        self._answers: dict[Key, _Answer] = {}

    def get(self, key: Key, now: datetime) -> CertificateStatus | None:
        answer = self._answers.get(key)
        if answer is None:
            return None
        if now >= answer.until:
            del self._answers[key]
            return None
        return answer.status if answer.since <= now else None

    def put(self, key: Key, status: CertificateStatus, now: datetime) -> None:
        until = now + self._bound
        if status.next_update is not None:
            until = min(until, status.next_update)
        if status.value is StatusValue.UNKNOWN or until <= now:
            return
        self._answers.pop(key, None)
        if len(self._answers) >= MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = _Answer(status, now, until)
