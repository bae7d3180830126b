"""When an answer speaks of now: between its thisUpdate and its nextUpdate (RFC 6960 §4.2.2.1)."""

from datetime import datetime, timedelta
from enum import StrEnum


class Untimely(StrEnum):
    """Why it does not, for the operator."""

    FUTURE = "its answer begins in the future"
    STALE = "its answer is out of date"
    ENDLESS = "its answer has no nextUpdate"


def untimely(
    this_update: datetime,
    next_update: datetime | None,
    at: datetime,
    *,
    skew: timedelta,
    max_age: timedelta | None,
) -> Untimely | None:
    """None: it is of use at that time. An answer out of date says nothing any more, be it good or
    bad. `skew`: how far the other's clock may be from ours. `max_age`: how old an answer without
    nextUpdate may be; None: it needs one."""
    if this_update - at > skew:
        return Untimely.FUTURE
    if next_update is not None:
        return Untimely.STALE if at - next_update > skew else None
    if max_age is None:
        return Untimely.ENDLESS
    return Untimely.STALE if at - this_update > max_age + skew else None
