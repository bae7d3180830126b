"""Times as a reader in Japan writes them, in the page's language."""

from datetime import datetime, timedelta, timezone

import jinja2
from babel.dates import format_date, format_datetime
from jinja2.runtime import Context

# No summer time since 1951; and no zone file is needed.
_JAPAN = timezone(timedelta(hours=9), "JST")


@jinja2.pass_context
def day(context: Context, at: datetime | None) -> str:
    """2026年11月21日; nothing for no time."""
    if at is None:
        return ""
    return format_date(at.astimezone(_JAPAN), "medium", locale=context["language"])


@jinja2.pass_context
def minute(context: Context, at: datetime | None) -> str:
    """2026/11/21 18:00:00, in Japan."""
    if at is None:
        return ""
    return format_datetime(at, "medium", tzinfo=_JAPAN, locale=context["language"])
