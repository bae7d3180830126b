"""The scopes there are, and what each of them lets a service see."""

SCOPES: dict[str, tuple[str, ...]] = {
    "openid": ("sub",),
    "profile": ("name", "name_substituted"),
    "address": ("address",),
    "birthdate": ("birthdate",),
    "gender": ("gender",),
    "offline_access": (),
    "link": ("local_id",),
    "common_id": ("common_id",),
}
"""Scope → claims, in the order the resident is shown them."""

NEED_CONSENT = tuple(scope for scope in SCOPES if scope != "openid")


def granted_scopes(requested: str, allowed: frozenset[str]) -> tuple[str, ...]:
    """What is known, asked for and allowed. What is not is left out (RFC 6749 §3.3): the token
    answer names the scopes that were granted."""
    asked = frozenset(requested.split(" "))
    return tuple(scope for scope in SCOPES if scope in asked and scope in allowed)


def still_allowed(granted: tuple[str, ...], allowed: frozenset[str]) -> tuple[str, ...]:
    """What is taken from a client is taken from the tokens it has, too."""
    return tuple(scope for scope in granted if scope in allowed)
