"""Reading a plugin's table of settings: every mistake is a ValueError that begins with its key."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

MOST = 86_400
"""A day, and the most of every number in such a table."""


def check_keys(table: Mapping[str, object], known: Collection[str], at: str = "") -> None:
    for key in table:
        if key not in known:
            raise ValueError(f"{at}{key}: unknown key; this plugin knows {', '.join(known)}")


def flag(values: Mapping[str, object], key: str) -> bool:
    value = values[key]
    if not isinstance(value, bool):
        raise ValueError(f"{key}: true or false is needed")
    return value


def seconds(values: Mapping[str, object], key: str, *, least: int) -> timedelta:
    return timedelta(seconds=whole_number(values, key, least=least))


def whole_number(values: Mapping[str, object], key: str, *, least: int, most: int = MOST) -> int:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{key}: a whole number from {least} to {most} is needed")
    return value


def is_usable_url(value: object) -> bool:
    """An absolute http(s) URL without user, password or fragment."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and port != 0
        and parts.username is None
        and not parts.fragment
        and " " not in value
    )
