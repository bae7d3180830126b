"""The scopes there are, and what each of them lets a service see."""

from gateway.tenants.metadata import COMMON_ID
from gateway.tenants.model import Client

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

SCOPE_OF_CLAIM = {claim: scope for scope in NEED_CONSENT for claim in SCOPES[scope]}
"""A claim that is asked for by its own name needs what its scope needs."""

ABOUT_THE_PERSON = frozenset(
    claim for scope in ("profile", "address", "birthdate", "gender") for claim in SCOPES[scope]
)
"""What the card says of the resident."""


def granted_scopes(requested: str, allowed: frozenset[str]) -> tuple[str, ...]:
    """What is known, asked for and allowed. What is not is left out (RFC 6749 §3.3): the token
    answer names the scopes that were granted."""
    asked = frozenset(requested.split(" "))
    return tuple(scope for scope in SCOPES if scope in asked and scope in allowed)


def still_allowed(granted: tuple[str, ...], allowed: frozenset[str]) -> tuple[str, ...]:
    """What is taken from a client is taken from the tokens it has, too."""
    return tuple(scope for scope in granted if scope in allowed)


def claims_allowed(client: Client) -> frozenset[str]:
    """What a service that is registered so may ask for by name."""
    return frozenset(
        claim
        for claim, scope in SCOPE_OF_CLAIM.items()
        if scope in client.scope and (scope != COMMON_ID or client.may_see_common_id)
    )
