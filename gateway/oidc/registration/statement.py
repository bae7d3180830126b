"""Software statements: what somebody whom the operator trusts says of the software, signed
(RFC 7591 §2.3). Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway.errors import InvalidSoftwareStatement, UnapprovedSoftwareStatement
from gateway.oidc.clients.signed_jwt import (
    SKEW,
    BadJwtError,
    instant,
    unverified_claims,
    verify_with,
)
from gateway.tenants.initial_tokens import SoftwareIssuer

MEMBER = "software_statement"
_OF_THE_JWT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", MEMBER})


def with_statement(
    members: Mapping[str, Any], software: SoftwareIssuer | None, now: datetime
) -> tuple[Mapping[str, Any], str | None]:
    """What the statement says stands before what the client says; and the statement as it came.
    Raises InvalidSoftwareStatement or UnapprovedSoftwareStatement."""
    unverified = members.get(MEMBER)
    if unverified is None:
        if software is not None:
            raise InvalidSoftwareStatement("a software statement is needed")
        return members, None
    if not isinstance(unverified, str):
        raise InvalidSoftwareStatement("the software statement must be a JWT")
    if software is None:
        raise UnapprovedSoftwareStatement("no software statement is taken with this token")
    try:
        claims = _checked(unverified, software, now)
    except BadJwtError as cause:
        raise InvalidSoftwareStatement(f"the software statement {cause.why}") from cause
    said = {name: value for name, value in claims.items() if name not in _OF_THE_JWT}
    return {**members, **said}, unverified


def _checked(unverified: str, software: SoftwareIssuer, now: datetime) -> Mapping[str, Any]:
    """Without an end of its own it stays good: it speaks of software, not of a moment."""
    if unverified_claims(unverified).get("iss") != software.issuer:
        raise UnapprovedSoftwareStatement("the issuer of the software statement is not approved")
    claims = verify_with(software.jwks, unverified).claims
    expires = instant(claims, "exp")
    if expires is not None and expires + SKEW <= now:
        raise BadJwtError("has expired")
    for name in ("nbf", "iat"):
        begins = instant(claims, name)
        if begins is not None and begins > now + SKEW:
            raise BadJwtError("is from the future")
    try:
        msgspec.json.encode(dict(claims))
    except (ValueError, RecursionError) as cause:
        raise BadJwtError("is malformed") from cause  # half a character could not be stored
    return claims
