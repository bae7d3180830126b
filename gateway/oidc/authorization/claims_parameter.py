"""The `claims` parameter (OpenID Connect Core §5.5): read strictly, and what is honoured is kept.

What is unknown here, or not for this service, is left out, essential or not: it is no error.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import BadRequest, InvalidRequest
from gateway.oidc.authorization.verified_claims_request import parse_verified_claims
from gateway.oidc.authorization.wishes import (
    MALFORMED,
    Wish,
    check_wish,
    wished_texts,
    wished_values,
)
from gateway.oidc.model import VERIFIED_CLAIMS, ClaimsRequest
from gateway.oidc.scopes import claims_allowed
from gateway.tenants.metadata import COMMON_ID
from gateway.tenants.model import Client
from gateway.web.json import strict_json

MAX_LENGTH = 8_192


@dataclass(frozen=True, slots=True)
class AskedClaims:
    """What the parameter asks for: what is to be told, and who has to sign in how."""

    request: ClaimsRequest | None = None
    acr_values: tuple[str, ...] = ()
    essential_acr: tuple[str, ...] = ()
    essential_sub: tuple[str, ...] = ()


NOTHING = AskedClaims()


def parse_claims(
    parameters: Mapping[str, str], client: Client, *, tells_verified: bool
) -> AskedClaims:
    """`tells_verified`: whether anything is told as verified here. Raises InvalidRequest."""
    text = parameters.get("claims")
    if text is None:
        return NOTHING
    whole = _read(text)
    userinfo, id_token = _member(whole, "userinfo"), _member(whole, "id_token")
    allowed = claims_allowed(client)
    told = ClaimsRequest(
        _honoured(userinfo, allowed, tells_verified=tells_verified),
        # The common ID is told at /userinfo and in no token.
        _honoured(id_token, allowed - {COMMON_ID}, tells_verified=tells_verified),
    )
    acr = check_wish(id_token.get("acr"))
    is_essential = acr is not None and acr.get("essential", False)
    values = wished_texts(acr)
    return AskedClaims(
        told if told.userinfo or told.id_token else None,
        # §5.5.1.1: one that is not essential is as voluntary as acr_values.
        () if is_essential else values,
        values if is_essential else (),
        _sub(check_wish(userinfo.get("sub")), check_wish(id_token.get("sub"))),
    )


def _read(text: str) -> Mapping[str, Any]:
    if len(text) > MAX_LENGTH:
        raise InvalidRequest("claims is too long")
    try:
        whole = strict_json(text)
    except BadRequest as cause:
        raise InvalidRequest(MALFORMED) from cause
    if not isinstance(whole, dict):
        raise InvalidRequest(MALFORMED)
    return whole


def _member(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What stands beside the two is not known here (§5.5)."""
    member = whole.get(name, {})
    if not isinstance(member, dict):
        raise InvalidRequest(MALFORMED)
    return member


def _honoured(
    member: Mapping[str, Any], allowed: Collection[str], *, tells_verified: bool
) -> Mapping[str, Any]:
    """Claim → the values that will do, or None where any will."""
    wishes = {name: check_wish(raw) for name, raw in member.items() if name != VERIFIED_CLAIMS}
    told: dict[str, Any] = {
        claim: wished_values(wish) for claim, wish in wishes.items() if claim in allowed
    }
    if VERIFIED_CLAIMS in member:
        verified = parse_verified_claims(member[VERIFIED_CLAIMS], allowed)
        if verified and tells_verified:
            told[VERIFIED_CLAIMS] = verified
    return told


def _sub(*wishes: Wish) -> tuple[str, ...]:
    """Who will do, by every wish that names somebody (§5.5.1)."""
    named = [texts for texts in map(wished_texts, wishes) if texts]
    if not named:
        return ()
    first, *others = named
    subs = tuple(sub for sub in first if all(sub in other for other in others))
    if not subs:
        raise InvalidRequest("claims asks for two residents at once")
    return subs
