"""Out of a verification, what a service asked for, and only if it is as it asked.

OpenID Connect for Identity Assurance 1.0 §5.4, §5.5 and §5.7. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.oidc.requested import will_do

_ALWAYS = ("trust_framework", "type", "check_method")
"""Without these the elements around them would be none (Schema Definition §4)."""
_CONSTRAINTS = frozenset({"value", "values", "max_age"})
_OF_A_WISH = _CONSTRAINTS | {"essential", "purpose"}


class NotAsAskedError(Exception):
    """Then nothing of it is told, and nothing said of why (§5.7.4)."""


def select(wish: Any, known: Any, now: datetime) -> Any:
    """`wish`: a template in the form of `known`; its form was checked when it came. Raises
    NotAsAskedError."""
    if isinstance(known, Mapping):
        return _of_object(wish or {}, known, now)
    if isinstance(known, list):
        return _of_list(wish or [{}], known, now)
    _check(wish or {}, known, now)
    return _written(known)


def _of_object(wish: Mapping[str, Any], known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if wish.keys() & _CONSTRAINTS:
        raise NotAsAskedError  # they are for single values
    names = wish.keys() - _OF_A_WISH
    for name in names - known.keys():
        if _constrains(wish[name]):
            raise NotAsAskedError
    asked = known.keys() if not names else {*names, *_ALWAYS}
    told = {
        name: select(wish.get(name), inner, now) for name, inner in known.items() if name in asked
    }
    return {name: value for name, value in told.items() if value not in ({}, [])}


def _of_list(wishes: Sequence[Any], known: Sequence[Any], now: datetime) -> list[Any]:
    """§5.4: each wish is a filter, and one that lets it through is enough."""
    told = []
    for member in known:
        for wish in wishes:
            try:
                told.append(select(wish, member, now))
            except NotAsAskedError:
                continue
            break
    if not told:
        raise NotAsAskedError
    return told


def _check(wish: Mapping[str, Any], known: object, now: datetime) -> None:
    values = [wish["value"]] if "value" in wish else wish.get("values")
    if not will_do(values, _written(known)):
        raise NotAsAskedError
    if "max_age" not in wish:
        return
    if not isinstance(known, datetime) or (now - known).total_seconds() > wish["max_age"]:
        raise NotAsAskedError


def _constrains(wish: object) -> bool:
    """What is not known here cannot be as it was asked for."""
    if isinstance(wish, Mapping):
        return bool(wish.keys() & _CONSTRAINTS) or any(map(_constrains, wish.values()))
    return isinstance(wish, list) and any(map(_constrains, wish))


def _written(known: object) -> object:
    """Times in UTC (§9), and to the hour: to the second one would be a number that services could
    compare residents by."""
    if not isinstance(known, datetime):
        return known
    return known.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")
