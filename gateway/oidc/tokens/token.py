"""/token: the steps all grants share, in order (RFC 6749 §3.2, §5). A grant cannot forget one."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from gateway.oidc.clients.authentication import AuthenticatedClient, authenticate
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.authorization_code import authorization_code
from gateway.oidc.tokens.grants.client_credentials import client_credentials
from gateway.oidc.tokens.grants.refresh_token import refresh_token
from gateway.oidc.tokens.issue import TokenSet
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters

GrantHandler = Callable[
    [Provider, AuthenticatedClient, Mapping[str, str], datetime], Awaitable[TokenSet]
]

GRANTS: dict[str, GrantHandler] = {
    "authorization_code": authorization_code,
    "refresh_token": refresh_token,
    "client_credentials": client_credentials,
}


class Token:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/token", self.exchange, methods=["POST"], name="token")]

    async def exchange(self, http: Request) -> Response:
        now = self._provider.clock()
        form = await form_parameters(http)
        caller = await authenticate(self._provider, http, form, now)
        grant = permitted_grant(form, caller)
        tokens = await grant(self._provider, caller, form, now)
        return json_response(tokens.answer())


def permitted_grant(form: Mapping[str, str], caller: AuthenticatedClient) -> GrantHandler:
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing")
    if grant_type not in GRANTS:
        raise UnsupportedGrantType("grant_type is not supported")
    if grant_type not in caller.client.grant_types:
        raise UnauthorizedClient("this client may not use this grant type")
    return GRANTS[grant_type]
