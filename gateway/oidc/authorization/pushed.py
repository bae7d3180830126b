"""/par: a service brings its request itself, before the browser comes (RFC 9126)."""

from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidRequest, UnauthorizedClient
from gateway.oidc.authorization.delegation import LISTS
from gateway.oidc.authorization.intake import checked, counted_parameters
from gateway.oidc.authorization.request_uris import LIFETIME, keep_pushed
from gateway.oidc.authorization.response import prove_target
from gateway.oidc.clients.authentication import authenticate
from gateway.oidc.model import AuthorizationRequest
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.dpop import proven_key
from gateway.tenants.model import Client, ClientKind
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters


class Pushed:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/par", self.push, methods=["POST"], name="par")]

    async def push(self, http: Request) -> Response:
        provider, now = self._provider, self._provider.clock()
        form = await form_parameters(http, lists=LISTS)
        client = (await authenticate(provider, http, form, now)).client
        if client.kind is not ClientKind.SERVICE:
            raise UnauthorizedClient("only a service signs residents in")
        if "request_uri" in form:
            raise InvalidRequest("request_uri must not be pushed")  # RFC 9126 §2.1
        parameters = await counted_parameters(provider, http, client, form, now)
        target = prove_target(client, parameters)
        request = await checked(provider, target, parameters, now)
        request = await self._bound(http, client, request, now)
        request_uri = await keep_pushed(provider, client, request)
        lifetime = int(LIFETIME.total_seconds())
        return json_response({"request_uri": request_uri, "expires_in": lifetime}, 201)

    async def _bound(
        self, http: Request, client: Client, request: AuthorizationRequest, now: datetime
    ) -> AuthorizationRequest:
        """A proof says as much as a dpop_jkt, and may not say something else (RFC 9449 §10.1)."""
        jkt = await proven_key(self._provider, http, now, client)
        if jkt is None:
            return request
        if request.dpop_jkt not in (None, jkt):
            raise InvalidRequest("dpop_jkt is of another key than the DPoP proof")
        return replace(request, dpop_jkt=jkt)
