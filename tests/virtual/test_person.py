"""How a virtual resident's birth date stands in the certificate, and how long the latter lives."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from gateway.virtual.validity import expiry
from tests.virtual.conftest import HANAKO


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(1868, 10, 22), "018681022"),
        (date(1899, 12, 1), "118991201"),
        (date(1912, 7, 29), "119120729"),
        (date(1912, 7, 30), "219120730"),
        (date(1926, 12, 25), "319261225"),
        (date(1989, 1, 7), "319890107"),
        (date(1989, 1, 8), "419890108"),
        (date(2019, 4, 30), "420190430"),
        (date(2019, 5, 1), "520190501"),
    ],
)
def test_the_era_digit_stands_before_the_gregorian_date(born: date, expected: str) -> None:
    assert replace(HANAKO, birth_date=born).certificate_birth_date == expected


@pytest.mark.parametrize(
    ("born", "issued_at", "last_day"),
    [
        # The birthday of this year is still to come: it is the first of the five.
        (date(1985, 12, 1), datetime(2026, 11, 20, tzinfo=UTC), date(2030, 12, 1)),
        (date(1985, 4, 1), datetime(2026, 11, 20, tzinfo=UTC), date(2031, 4, 1)),
        # Issued on the birthday itself: five whole years.
        (date(1985, 4, 1), datetime(2026, 4, 1, 3, tzinfo=UTC), date(2031, 4, 1)),
        # 15:00 UTC is the next day in Japan.
        (
            date(1985, 4, 1),
            datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC),
            date(2030, 4, 1),
        ),
        (date(1985, 4, 1), datetime(2026, 3, 31, 15, tzinfo=UTC), date(2031, 4, 1)),
        (date(2000, 2, 29), datetime(2025, 6, 1, tzinfo=UTC), date(2030, 2, 28)),
        (date(2000, 2, 29), datetime(2023, 6, 1, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_a_certificate_lives_to_the_end_of_the_fifth_birthday(
    born: date, issued_at: datetime, last_day: date
) -> None:
    # 14:59:59 UTC is the last second of the day in Japan.
    assert expiry(born, issued_at) == datetime.combine(last_day, time(14, 59, 59), UTC)
