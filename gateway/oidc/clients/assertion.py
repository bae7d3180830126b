"""private_key_jwt: a client's signed statement that it is itself (RFC 7523 §3)."""

from datetime import datetime, timedelta

from gateway.errors import InvalidClient
from gateway.oidc.clients.signed_jwt import (
    SKEW,
    BadJwtError,
    check_audience,
    check_times,
    identifier,
    unverified_claims,
    verify_signed,
)
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Stock clients (Authlib) sign for an hour; the jti is remembered for as long.
LIFETIME = timedelta(hours=1)


def assertion_issuer(unverified_assertion: str) -> str:
    """Whose assertion it claims to be, to find the key it has to be checked with."""
    try:
        issuer = unverified_claims(unverified_assertion).get("iss")
    except BadJwtError as cause:
        raise InvalidClient(f"client_assertion {cause.why}") from cause
    if not isinstance(issuer, str):
        raise InvalidClient("client_assertion has no iss")
    return issuer


async def check_assertion(
    provider: Provider, client: Client, unverified_assertion: str, now: datetime
) -> None:
    # RFC 7523 §3 with OpenID Connect Core §9: the token endpoint or the issuer, and nobody else.
    ours = (provider.issuer, f"{provider.issuer}/token")
    try:
        claims = verify_signed(client, unverified_assertion).claims
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise BadJwtError("must have the client as iss and sub")
        check_audience(claims, ours)
        expires = check_times(claims, now, LIFETIME)
        jti = identifier(claims)
    except BadJwtError as cause:
        raise InvalidClient(f"client_assertion {cause.why}") from cause
    key = provider.keyed_hash.hash("client-assertion", client.client_id, jti)
    if not await provider.moments.claim("client-assertion", key, expires - now + 2 * SKEW):
        raise InvalidClient("client_assertion was used before")
