"""grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 §3.4)."""

from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.polled import polled
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.request import TokenRequest


async def device_code(provider: Provider, request: TokenRequest) -> TokenSet:
    return await polled(provider, request, "device_code")
