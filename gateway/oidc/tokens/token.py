"""/token: the steps all grants share, in order (RFC 6749 §3.2, §5). A grant cannot forget one."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidGrant, UnauthorizedClient, UnsupportedGrantType
from gateway.oidc.clients.authentication import authenticate
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.authorization_code import authorization_code
from gateway.oidc.tokens.grants.ciba import ciba
from gateway.oidc.tokens.grants.client_credentials import client_credentials
from gateway.oidc.tokens.grants.device_code import device_code
from gateway.oidc.tokens.grants.jwt_bearer import jwt_bearer
from gateway.oidc.tokens.grants.refresh_token import refresh_token
from gateway.oidc.tokens.grants.reuse import ReusedError
from gateway.oidc.tokens.grants.token_exchange import token_exchange
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.possession import confirmation_of
from gateway.oidc.tokens.refusals import check_may_ask, refused_grant
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import LISTS
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters

GrantHandler = Callable[[Provider, TokenRequest], Awaitable[TokenSet]]

GRANTS: dict[str, GrantHandler] = {
    "authorization_code": authorization_code,
    "refresh_token": refresh_token,
    "client_credentials": client_credentials,
    DEVICE_CODE: device_code,
    CIBA: ciba,
    TOKEN_EXCHANGE: token_exchange,
    JWT_BEARER: jwt_bearer,
}


class Token:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/token", self.exchange, methods=["POST"], name="token")]

    async def exchange(self, http: Request) -> Response:
        now = self._provider.clock()
        form = await form_parameters(http, lists=LISTS)
        caller = await authenticate(self._provider, http, form, now)
        check_may_ask(self._provider, caller, now)
        confirmation = await confirmation_of(self._provider, http, caller, now)
        request = TokenRequest(caller, form, confirmation, now)
        grant = permitted_grant(request)
        try:
            tokens = await grant(self._provider, request)
        except ReusedError:
            raise
        except InvalidGrant as refusal:
            await refused_grant(self._provider, request, refusal)
            raise
        return json_response(tokens.answer())


def permitted_grant(request: TokenRequest) -> GrantHandler:
    grant_type = request.required("grant_type")
    if grant_type not in GRANTS:
        raise UnsupportedGrantType("grant_type is not supported")
    if grant_type not in request.client.grant_types:
        raise UnauthorizedClient("this client may not use this grant type")
    return GRANTS[grant_type]
