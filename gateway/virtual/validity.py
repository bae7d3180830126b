"""How long a certificate lives: to the end of the fifth birthday after its issue, in Japan."""

from datetime import UTC, date, datetime, time, timedelta, timezone

_JAPAN = timezone(timedelta(hours=9))
_BIRTHDAYS = 5


def expiry(birth_date: date, issued_at: datetime) -> datetime:
    """23:59:59 in Japan, which every certificate shows as 14:59:59Z."""
    issued_on = issued_at.astimezone(_JAPAN).date()
    first = (
        issued_on.year if _birthday(birth_date, issued_on.year) > issued_on else issued_on.year + 1
    )
    last_day = _birthday(birth_date, first + _BIRTHDAYS - 1)
    return datetime.combine(last_day, time(23, 59, 59), _JAPAN).astimezone(UTC)


def _birthday(birth_date: date, year: int) -> date:
    try:
        return birth_date.replace(year=year)
    except ValueError:  # 29 February in a common year
        return date(year, 2, 28)
