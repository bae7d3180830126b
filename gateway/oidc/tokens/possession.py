"""The key that what is issued is bound to: proven with the request, and told in the token.

RFC 7800 §3.1, RFC 8705 §3, RFC 9449 §5 and §6.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.requests import Request

from gateway.errors import InvalidDpopProof, InvalidGrant, InvalidRequest
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.clients.certificate import client_certificate
from gateway.oidc.model import Confirmation, Grant, GrantDetails
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.dpop import proven_key


async def confirmation_of(
    provider: Provider, http: Request, caller: AuthenticatedClient, now: datetime
) -> Confirmation | None:
    """What this request proves possession of, as far as tokens are bound to it; None: of nothing,
    and this client's tokens need not be bound. Raises OAuthError."""
    client = caller.client
    jkt = await proven_key(provider, http, now, client)
    if jkt is None and client.metadata.dpop_bound_access_tokens:
        raise InvalidDpopProof("this client's requests need a DPoP proof")
    x5t_s256 = None
    if client.metadata.tls_client_certificate_bound_access_tokens:
        certificate = client_certificate(provider, http)
        if certificate is None or not certificate.is_in_time(now):
            raise InvalidRequest("this client's requests need a TLS client certificate")
        x5t_s256 = certificate.x5t_s256
    if jkt is None and x5t_s256 is None:
        if client.is_fapi:
            # FAPI 2.0 Security Profile §5.3.2.1: only sender-constrained tokens, whatever is
            # registered.
            raise InvalidRequest("this client's requests need a DPoP proof or a TLS certificate")
        return None
    return Confirmation(jkt, x5t_s256)


def bound_refresh(grant: Grant, caller: AuthenticatedClient, key: Confirmation | None) -> Grant:
    """A public client's refresh tokens are bound to the key too (RFC 9449 §5, RFC 8705 §4); those
    of others are bound to how they authenticate."""
    if key is None or caller.method != "none":
        return grant
    return replace(grant, details=replace(grant.details or GrantDetails(), confirmation=key))


def check_refresh_bound(grant: Grant, key: Confirmation | None) -> None:
    """Raises InvalidGrant."""
    bound = None if grant.details is None else grant.details.confirmation
    if bound is None:
        return
    if bound.jkt is not None and (key is None or key.jkt != bound.jkt):
        raise InvalidGrant("the refresh token is bound to another key")
    if bound.x5t_s256 is not None and (key is None or key.x5t_s256 != bound.x5t_s256):
        raise InvalidGrant("the refresh token is bound to another certificate")


def cnf_claim(key: Confirmation | None) -> dict[str, object]:
    """As an access token and introspection tell it; nothing for one that is not bound."""
    told = {} if key is None else {"jkt": key.jkt, "x5t#S256": key.x5t_s256}
    members = {name: value for name, value in told.items() if value is not None}
    return {"cnf": members} if members else {}


def read_cnf(claims: Mapping[str, Any]) -> Confirmation | None:
    """Of an access token we issued."""
    cnf = claims.get("cnf")
    return None if cnf is None else Confirmation(cnf.get("jkt"), cnf.get("x5t#S256"))


def token_type(key: Confirmation | None) -> str:
    """RFC 9449 §5, RFC 8705 §3: a token that is bound to a certificate is used like any other."""
    return "Bearer" if key is None or key.jkt is None else "DPoP"
