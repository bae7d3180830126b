"""Requests that were pushed and wait for the browser, each for one use by one client (RFC 9126)."""

import secrets
from datetime import timedelta

from gateway.errors import InvalidRequestUri
from gateway.oidc.model import AuthorizationRequest, decode_request, encode
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

LIFETIME = timedelta(seconds=60)
PREFIX = "urn:ietf:params:oauth:request_uri:"
KIND = "pushed-request"


async def keep_pushed(provider: Provider, client: Client, request: AuthorizationRequest) -> str:
    """Its request_uri, which is kept as a hash only."""
    request_uri = f"{PREFIX}{secrets.token_urlsafe(32)}"
    await provider.moments.put(KIND, _key(provider, client, request_uri), encode(request), LIFETIME)
    return request_uri


async def take_pushed(
    provider: Provider, client: Client, unverified_uri: str
) -> AuthorizationRequest:
    """Of many who bring it, one gets it; another client finds nothing, and uses nothing up. Raises
    InvalidRequestUri."""
    raw = await provider.moments.take(KIND, _key(provider, client, unverified_uri))
    if raw is None:
        raise InvalidRequestUri("request_uri is unknown, used or expired; start again")
    return decode_request(raw)


def _key(provider: Provider, client: Client, request_uri: str) -> str:
    return provider.keyed_hash.hash(KIND, client.client_id, request_uri)
