"""What a page of the logs was asked for: times as they are typed in Japan. Pure."""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import msgspec

from gateway.admin.api.deed_view import DeedView
from gateway.admin.api.logs import LogFilter
from gateway.admin.console.visit import to_body
from gateway.audit.search import JAPAN
from gateway.errors import InvalidField

FIELDS = tuple(LogFilter.__struct_fields__)
BEFORE = "before"
"""Where a page that follows begins; not a field of the form."""
_TIMES = ("since", "until")
_ZONE = timezone(JAPAN)


def given_of(parameters: Mapping[str, str]) -> dict[str, str]:
    """Of an address or a form, what belongs to the filter, as it was typed."""
    return {name: parameters[name].strip() for name in FIELDS if parameters.get(name, "").strip()}


def fields_of(given: Mapping[str, str]) -> dict[str, Any]:
    """As the endpoints take them. Raises InvalidField."""
    return {
        name: read_time(name, value) if name in _TIMES else value for name, value in given.items()
    }


def filter_of(given: Mapping[str, str]) -> LogFilter:
    """Raises InvalidField."""
    found: LogFilter = to_body(fields_of(given), LogFilter)
    return found


def lines_asked(deed: DeedView) -> Mapping[str, Any]:
    """By what the lines of an export are chosen."""
    asked = msgspec.structs.asdict(msgspec.convert(deed.subject, LogFilter))
    return {name: value for name, value in asked.items() if value is not None}


def read_time(field: str, text: str) -> datetime:
    """`2026-11-21T18:00` of a form is a time in Japan. Raises InvalidField."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as cause:
        raise InvalidField(field, "a date and a time") from cause
    return at.replace(tzinfo=_ZONE) if at.tzinfo is None else at


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def query_for(given: Mapping[str, str], before: datetime | None = None) -> str:
    """The address of the same search; of the page that follows it, where `before` is given."""
    following = {} if before is None else {BEFORE: before.isoformat()}
    return urlencode({**given, **following})
