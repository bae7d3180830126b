"""A client's signed statement that it is itself, by its key (private_key_jwt) or by its secret
(client_secret_jwt): RFC 7523 §3, OpenID Connect Core §9."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import InvalidClient
from gateway.oidc.clients.secret_signed import ALGORITHM, verify_by_secret
from gateway.oidc.clients.signed_jwt import (
    ALGORITHMS,
    SKEW,
    BadJwtError,
    check_audience,
    check_times,
    identifier,
    unverified_claims,
    verify_signed,
)
from gateway.oidc.provider import Provider
from gateway.tenants.metadata import signs_with_secret
from gateway.tenants.model import Client
from gateway.tenants.protocol import FAPI_ALGORITHMS

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = (*ALGORITHMS, ALGORITHM)
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
    provider: Provider, client: Client, unverified_assertion: str, endpoint: str, now: datetime
) -> None:
    """`endpoint`: where it came in. Raises InvalidClient."""
    try:
        claims = _signed_claims(provider, client, unverified_assertion, now)
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise BadJwtError("must have the client as iss and sub")
        check_meant_for_us(provider, client, claims, endpoint)
        expires = check_times(claims, now, LIFETIME)
        jti = identifier(claims)
    except BadJwtError as cause:
        raise InvalidClient(f"client_assertion {cause.why}") from cause
    key = provider.keyed_hash.hash("client-assertion", client.client_id, jti)
    if not await provider.moments.claim("client-assertion", key, expires - now + 2 * SKEW):
        raise InvalidClient("client_assertion was used before")


def check_meant_for_us(
    provider: Provider, client: Client, claims: Mapping[str, Any], endpoint: str
) -> None:
    """Raises BadJwtError."""
    if client.is_fapi:
        # FAPI 2.0 Security Profile §5.3.2.1: the issuer, as a string. What is for an address could
        # be played on from a server that told the client a wrong one.
        if claims.get("aud") != provider.issuer:
            raise BadJwtError("must have the issuer as aud, and nothing else")
        return
    # RFC 7523 §3 with OpenID Connect Core §9 and RFC 9126 §2: the issuer, the token endpoint or
    # the one that is called, and nobody else.
    check_audience(claims, {provider.issuer, f"{provider.issuer}/token", endpoint})


def _signed_claims(
    provider: Provider, client: Client, unverified_assertion: str, now: datetime
) -> Mapping[str, Any]:
    if signs_with_secret(client.metadata):
        secrets = provider.clients.readable_secrets(client, now)
        return verify_by_secret(secrets, unverified_assertion)
    return verify_signed(client, unverified_assertion, _algorithms(client)).claims


def _algorithms(client: Client) -> Collection[str]:
    allowed = FAPI_ALGORITHMS if client.is_fapi else ALGORITHMS
    only = client.metadata.token_endpoint_auth_signing_alg
    return allowed if only is None else [alg for alg in allowed if alg == only]
