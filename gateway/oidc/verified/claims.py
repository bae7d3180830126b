"""The `verified_claims` element: nothing in it that was not asked for, was not read from the card
then, or may have changed since."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from gateway.oidc.requested import chosen
from gateway.oidc.verified.selection import NotAsAskedError, select


def verified_claims(
    asked: Any,
    verification: Mapping[str, Any],
    known: Mapping[str, object],
    allowed: Collection[str],
    now: datetime,
) -> object:
    """One element, or a list where a list was asked for; None where nothing is left to be told
    (OpenID Connect for Identity Assurance 1.0 §5.6, §5.7)."""
    if not isinstance(asked, list):
        return _element(asked, verification, known, allowed, now)
    elements = [_element(each, verification, known, allowed, now) for each in asked]
    return [element for element in elements if element is not None] or None


def _element(
    asked: Mapping[str, Any],
    verification: Mapping[str, Any],
    known: Mapping[str, object],
    allowed: Collection[str],
    now: datetime,
) -> dict[str, object] | None:
    claims = chosen(asked["claims"], known, allowed)
    if not claims:
        return None
    try:
        told = select(asked["verification"], verification, now)
    except NotAsAskedError:
        return None
    return {"verification": told, "claims": claims}
