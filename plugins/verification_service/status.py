"""What an answer about one certificate's status proves. Pure: bytes, and `at`."""

from datetime import UTC, datetime

from gateway.card.api import CertificateStatus, StatusValue
from plugins.asking.freshness import Untimely, untimely
from plugins.revocation_reasons import REASONS
from plugins.verification_service.answer import read_answer
from plugins.verification_service.errors import UnusableError
from plugins.verification_service.settings import Freshness
from plugins.verification_service.wire import StatusAnswer, StatusQuestion

SOURCE = "verification_service"
_REASONS = frozenset(REASONS.values())


def unknown(detail: str) -> CertificateStatus:
    return CertificateStatus(StatusValue.UNKNOWN, SOURCE, detail=detail)


def check_status_answer(
    unverified_body: bytes, question: StatusQuestion, at: datetime, freshness: Freshness
) -> CertificateStatus:
    """Raises nothing for any bytes: what is not proven is UNKNOWN, and `detail` says why."""
    try:
        answer = read_answer(unverified_body, question, StatusAnswer)
        _check_revocation(answer)
        return _judge(answer, at, freshness)
    except UnusableError as error:
        return unknown(str(error))


def _check_revocation(answer: StatusAnswer) -> None:
    """When and why belong to a revocation, and to nothing else."""
    told = answer.revocation_reason, answer.revoked_at
    if answer.value is not StatusValue.REVOKED:
        if told != (None, None):
            raise UnusableError("its answer tells of a revocation that is none")
    elif answer.revocation_reason not in _REASONS or answer.revoked_at is None:
        raise UnusableError("its answer does not say when and why it was revoked")


def _judge(answer: StatusAnswer, at: datetime, freshness: Freshness) -> CertificateStatus:
    if answer.value is StatusValue.UNKNOWN:
        return unknown("the service could not tell")
    this_update, next_update = _utc(answer.this_update), _utc(answer.next_update)
    if answer.evidence is None or this_update is None:
        raise UnusableError("its answer does not say what it is based on")
    problem = untimely(this_update, next_update, at, skew=freshness.skew, max_age=freshness.max_age)
    is_revoked = problem is None and answer.value is StatusValue.REVOKED
    return CertificateStatus(
        StatusValue.UNKNOWN if problem is not None else answer.value,
        SOURCE,
        this_update=this_update,
        next_update=next_update,
        revocation_reason=answer.revocation_reason if is_revoked else None,
        revoked_at=_utc(answer.revoked_at) if is_revoked else None,
        stale=problem is Untimely.STALE,
        detail=problem,
        evidence=answer.evidence,
    )


def _utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        raise UnusableError("its answer has a time beyond all calendars") from None
