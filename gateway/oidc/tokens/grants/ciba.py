"""grant_type=urn:openid:params:grant-type:ciba (CIBA Core 1.0 §10.1)."""

from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.polled import polled
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.request import TokenRequest


async def ciba(provider: Provider, request: TokenRequest) -> TokenSet:
    return await polled(provider, request, "auth_req_id")
