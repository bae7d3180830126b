"""Requests that were pushed and wait for the browser, each for one answer to one client
(RFC 9126)."""

import secrets
from dataclasses import replace
from datetime import timedelta

from gateway.errors import InvalidRequestUri
from gateway.oidc.model import AuthorizationRequest, decode_request, encode
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

LIFETIME = timedelta(seconds=60)
PREFIX = "urn:ietf:params:oauth:request_uri:"
KIND = "pushed-request"
_USED = "used-request-uri"
_REFUSED = "request_uri is unknown, used or expired; start again"


async def keep_pushed(provider: Provider, client: Client, request: AuthorizationRequest) -> str:
    """Its request_uri, which is kept as a hash only."""
    request_uri = f"{PREFIX}{secrets.token_urlsafe(32)}"
    await provider.moments.put(KIND, _key(provider, client, request_uri), encode(request), LIFETIME)
    return request_uri


async def find_pushed(
    provider: Provider, client: Client, unverified_uri: str
) -> AuthorizationRequest:
    """To come with it uses nothing up: browsers look at addresses in advance, and residents load
    pages again (FAPI 2.0 Security Profile §5.3.2.2, note 3). Another client finds nothing. Raises
    InvalidRequestUri."""
    key = _key(provider, client, unverified_uri)
    raw = await provider.moments.get(KIND, key)
    if raw is None:
        raise InvalidRequestUri(_REFUSED)
    return replace(decode_request(raw), pushed=key)


async def use_up(provider: Provider, pushed: str) -> None:
    """Of many who would be answered, one is: also of those who were on their way to sign in when it
    was answered. Raises InvalidRequestUri."""
    longest = LIFETIME + timedelta(seconds=provider.settings.login.task_seconds)
    if not await provider.moments.claim(_USED, pushed, longest):
        raise InvalidRequestUri(_REFUSED)
    await provider.moments.drop(KIND, pushed)


def _key(provider: Provider, client: Client, request_uri: str) -> str:
    return provider.keyed_hash.hash(KIND, client.client_id, request_uri)
