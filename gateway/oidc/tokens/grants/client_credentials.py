"""grant_type=client_credentials: a client for itself, without a resident (RFC 6749 §4.4)."""

from gateway.errors import InvalidScope, InvalidTarget, UnauthorizedClient
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import SCOPES
from gateway.oidc.tokens.issue import TokenSet, issue_for_client
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import names_target


async def client_credentials(provider: Provider, request: TokenRequest) -> TokenSet:
    caller, form = request.caller, request.form
    if caller.method == "none":
        raise UnauthorizedClient("a public client has no credentials to use this grant with")
    if names_target(request):
        raise InvalidTarget("an API is called for residents only, and here is none")
    # Scopes that speak of a resident mean nothing without one.
    allowed = caller.client.scope - SCOPES.keys()
    asked = frozenset(form["scope"].split(" ")) if "scope" in form else allowed
    if not asked or not asked <= allowed:
        raise InvalidScope("scope is not allowed for this client")
    return await issue_for_client(provider, request, tuple(sorted(asked)))
