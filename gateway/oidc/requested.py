"""Claims that were asked for by their names (OpenID Connect Core §5.5), out of what is known."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gateway.oidc.model import VERIFIED_CLAIMS


def names_in(asked: Mapping[str, Any]) -> frozenset[str]:
    """`asked`: one member of a ClaimsRequest. Those that are to be told as verified are among them,
    and `verified_claims` itself."""
    verified = asked.get(VERIFIED_CLAIMS, [])
    elements = verified if isinstance(verified, list) else [verified]
    return frozenset(asked).union(*(element["claims"] for element in elements))


def chosen(
    asked: Mapping[str, Any], known: Mapping[str, object], allowed: Collection[str]
) -> dict[str, object]:
    """What is known, has a value that will do, and is still the service's to ask for."""
    return {
        claim: value
        for claim, value in known.items()
        if claim in asked and claim in allowed and will_do(asked[claim], value)
    }


def will_do(values: Sequence[Any] | None, value: object) -> bool:
    """None: whatever it is."""
    return values is None or any(is_same(each, value) for each in values)


def is_same(one: object, other: object) -> bool:
    """In JSON true is no number, though Python says that it equals 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
