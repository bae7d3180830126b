"""The provider's doors, in one list."""

from starlette.routing import Route

from gateway.oidc.authorization.authorize import Authorize
from gateway.oidc.discovery import Discovery
from gateway.oidc.jwks import Jwks
from gateway.oidc.link import LinkEndpoint
from gateway.oidc.logout.rp_initiated import Logout
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.introspect import Introspect
from gateway.oidc.tokens.revoke import Revoke
from gateway.oidc.tokens.token import Token
from gateway.oidc.userinfo import Userinfo

ENDPOINTS = (Authorize, Token, Userinfo, Introspect, Revoke, Logout, Jwks, LinkEndpoint)


def oidc_routes(provider: Provider) -> list[Route]:
    mounted = [route for endpoint in ENDPOINTS for route in endpoint(provider).routes()]
    return [*Discovery(provider, mounted).routes(), *mounted]
