"""How one claim is asked for in the `claims` parameter (OpenID Connect Core §5.5.1)."""

from collections.abc import Mapping
from typing import Any

from gateway.errors import InvalidRequest

MALFORMED = "claims is malformed"
Wish = Mapping[str, Any] | None


def check_wish(wish: object) -> Wish:
    """null, or an object; members that are unknown here are ignored. Raises InvalidRequest."""
    if wish is None:
        return None
    if not isinstance(wish, dict) or {"value", "values"} <= wish.keys():
        raise InvalidRequest(MALFORMED)
    values, max_age = wish.get("values", [None]), wish.get("max_age", 0)
    if not isinstance(wish.get("essential", False), bool):
        raise InvalidRequest(MALFORMED)
    if not isinstance(values, list) or not values:
        raise InvalidRequest(MALFORMED)
    # OpenID Connect for Identity Assurance 1.0 §5.5.2
    if isinstance(max_age, bool) or not isinstance(max_age, int | float) or max_age < 0:
        raise InvalidRequest(MALFORMED)
    return wish


def wished_values(wish: Wish) -> list[Any] | None:
    """Any of these will do; None: whatever it is."""
    if wish is None:
        return None
    return [wish["value"]] if "value" in wish else wish.get("values")


def wished_texts(wish: Wish) -> tuple[str, ...]:
    """Of a claim that is a text. Raises InvalidRequest."""
    values = wished_values(wish) or []
    if not all(isinstance(value, str) for value in values):
        raise InvalidRequest(MALFORMED)
    return tuple(values)
