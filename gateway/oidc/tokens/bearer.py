"""Who calls with an access token, and for whom (RFC 6750 §2, RFC 9068 §4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request

from gateway.errors import InsufficientScope, InvalidRequest, InvalidToken
from gateway.oidc import records
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import still_allowed
from gateway.oidc.tokens.issue import ACCESS_TOKEN
from gateway.tenants.model import Client

REVOKED = "revoked-access-token"
_REFUSED = "the access token is unknown, expired or revoked"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Proof: signed by us, in time, not revoked. `grant` is None for a client's own token."""

    client: Client
    grant: Grant | None
    scopes: tuple[str, ...]
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResidentToken:
    """An access token that speaks for a resident."""

    client: Client
    grant: Grant
    scopes: tuple[str, ...]
    sub: str


def bearer_token(http: Request, form: Mapping[str, str] | None = None) -> str:
    """From the header, or from a form (RFC 6750 §2.2); never from the query, which is logged."""
    header = http.headers.get("authorization")
    in_form = (form or {}).get("access_token")
    if header is not None and in_form is not None:
        raise InvalidRequest("the access token came twice")
    if header is None:
        if in_form is None:
            raise InvalidToken("an access token is needed")
        return in_form
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("the authorization header must be Bearer")
    return token


async def check_access_token(
    provider: Provider, unverified_token: str, now: datetime
) -> AccessToken:
    claims = await provider.keys.verify(unverified_token, typ=ACCESS_TOKEN, now=now)
    if claims.get("iss") != provider.issuer or claims.get("aud") != provider.issuer:
        raise InvalidToken(_REFUSED)
    client = await provider.clients.find(str(claims["client_id"]))
    if client is None:
        raise InvalidToken(_REFUSED)
    grant = None
    if "grant_id" in claims:
        async with provider.records.reading() as connection:
            grant = await records.find_grant(connection, claims["grant_id"], now)
        if grant is None:
            raise InvalidToken(_REFUSED)
    elif await provider.moments.get(REVOKED, str(claims["jti"])) is not None:
        raise InvalidToken(_REFUSED)
    scopes = still_allowed(tuple(str(claims["scope"]).split(" ")), client.scope)
    return AccessToken(client, grant, scopes, claims)


async def check_resident_token(
    provider: Provider, unverified_token: str, scope: str, now: datetime
) -> ResidentToken:
    token = await check_access_token(provider, unverified_token, now)
    if token.grant is None or scope not in token.scopes:
        raise InsufficientScope("the access token does not allow this")
    return ResidentToken(token.client, token.grant, token.scopes, str(token.claims["sub"]))
