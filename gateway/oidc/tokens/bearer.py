"""Who calls with an access token, and for whom (RFC 6750 §2, RFC 9068 §4, RFC 9449 §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from starlette.requests import Request

from gateway.audit.origins import UNKNOWN, origin_of
from gateway.errors import InsufficientScope, InvalidRequest, InvalidToken
from gateway.oidc import records
from gateway.oidc.clients.certificate import client_certificate
from gateway.oidc.clients.refused import log_refused_client
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import still_allowed
from gateway.oidc.tokens.dpop import HEADER, prove
from gateway.oidc.tokens.dpop_key import ALGORITHMS
from gateway.oidc.tokens.issue import ACCESS_TOKEN
from gateway.oidc.tokens.possession import read_cnf
from gateway.oidc.tokens.refusals import refused_token
from gateway.tenants.model import Client
from gateway.web.challenges import expect_dpop

Scheme = Literal["bearer", "dpop"]
REVOKED = "revoked-access-token"
_REFUSED = "the access token is unknown, expired or revoked"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Proof: signed by us, in time, not revoked. `grant` is None for a client's own token. Whoever
    shows it need not be who it was issued to: a resource asks `presented_token`."""

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


async def presented_token(
    provider: Provider, http: Request, now: datetime, form: Mapping[str, str] | None = None
) -> AccessToken:
    """The access token of a request, whose sender has the key it is bound to, if it is bound.
    Raises OAuthError."""
    scheme, unverified_token = read_token(http, form)
    try:
        token = await check_access_token(provider, unverified_token, now)
    except InvalidToken:
        await refused_token(provider, origin_of(http, UNKNOWN), now)
        raise
    try:
        await check_possession(provider, http, scheme, token, unverified_token, now)
    except InvalidToken as refusal:
        # A good token, and not in the hands it was made for: perhaps it was stolen.
        await log_refused_client(provider, origin_of(http, UNKNOWN), token.client, refusal, now)
        raise
    return token


async def presented_resident_token(
    provider: Provider,
    http: Request,
    scope: str,
    now: datetime,
    form: Mapping[str, str] | None = None,
) -> ResidentToken:
    """As `presented_token`, of one that allows this. Raises OAuthError."""
    token = await presented_token(provider, http, now, form)
    if token.grant is None or scope not in token.scopes:
        raise InsufficientScope("the access token does not allow this")
    return ResidentToken(token.client, token.grant, token.scopes, str(token.claims["sub"]))


def read_token(http: Request, form: Mapping[str, str] | None = None) -> tuple[Scheme, str]:
    """From the header, or from a form (RFC 6750 §2.2); never from the query, which is logged."""
    headers = http.headers.getlist("authorization")
    in_form = (form or {}).get("access_token")
    if len(headers) + (in_form is not None) > 1:
        raise InvalidRequest("the access token came twice")
    if in_form is not None:
        return "bearer", in_form
    if not headers:
        raise InvalidToken("an access token is needed")
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() == "dpop" and token:
        expect_dpop(http, ALGORITHMS)
        return "dpop", token
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("the authorization header must be Bearer")
    return "bearer", token


async def check_possession(
    provider: Provider,
    http: Request,
    scheme: Scheme,
    token: AccessToken,
    presented: str,
    now: datetime,
) -> None:
    """RFC 9449 §7.1 and §7.2, RFC 8705 §3. Raises OAuthError."""
    bound = read_cnf(token.claims)
    if bound is None and token.client.is_fapi:
        # Of before it was held to the profile (FAPI 2.0 Security Profile §5.3.2.1).
        raise InvalidToken("this client's access tokens are bound to a key, and this one is not")
    jkt = None if bound is None else bound.jkt
    if jkt is not None:
        expect_dpop(http, ALGORITHMS)
    if (scheme == "dpop") != (jkt is not None):
        raise InvalidToken("a token is used with DPoP if it is bound to a key, and only then")
    if jkt is not None:
        if await prove(provider, http, now, token.client, presented) != jkt:
            raise InvalidToken("the access token is bound to another key")
    elif HEADER in http.headers:
        raise InvalidToken("the access token is bound to no key, and a proof came with it")
    if bound is not None and bound.x5t_s256 is not None:
        certificate = client_certificate(provider, http)
        if certificate is None or certificate.x5t_s256 != bound.x5t_s256:
            raise InvalidToken("the access token is bound to another certificate")


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
