"""/introspect: is this token alive? (RFC 7662). A client learns of its own tokens, and of those for
its own API."""

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidRequest, InvalidToken, UnauthorizedClient
from gateway.oidc import records
from gateway.oidc.clients.authentication import AuthenticatedClient, authenticate
from gateway.oidc.codes import token_hash
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import still_allowed
from gateway.oidc.signed_answers import prefers_signed, signed_introspection
from gateway.oidc.tokens.bearer import check_access_token
from gateway.oidc.tokens.issue import seconds
from gateway.oidc.tokens.possession import read_cnf, token_type
from gateway.oidc.tokens.reference import find_reference
from gateway.oidc.tokens.refusals import foreign_token
from gateway.oidc.tokens.seen import seen_by
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters

_TOLD = (
    *("iss", "sub", "aud", "client_id", "exp", "iat", "jti", "auth_time", "acr", "amr", "cnf"),
    "authorization_details",
)
INACTIVE: Mapping[str, object] = {"active": False}


class Introspect:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/introspect", self.introspect, methods=["POST"], name="introspect")]

    async def introspect(self, http: Request) -> Response:
        now = self._provider.clock()
        form = await form_parameters(http)
        caller = await authenticate(self._provider, http, form, now)
        if caller.method == "none":
            raise UnauthorizedClient("a public client may not introspect")  # RFC 7662 §2.1
        if "token" not in form:
            raise InvalidRequest("token is missing")
        for look in (self._access_token, self._refresh_token, self._reference):
            found = await look(caller, form["token"], now)
            if found is not None:
                return await self._answer(http, caller, found, now)
        return await self._answer(http, caller, INACTIVE, now)

    async def _answer(
        self,
        http: Request,
        caller: AuthenticatedClient,
        found: Mapping[str, object],
        now: datetime,
    ) -> Response:
        """Whoever is registered to get a JWT gets nothing else, whatever they accept."""
        demanded = caller.client.metadata.introspection_signed_response_alg is not None
        if demanded or prefers_signed(",".join(http.headers.getlist("accept"))):
            return await signed_introspection(self._provider, caller.client, found, now)
        return json_response(found)

    async def _access_token(
        self, caller: AuthenticatedClient, unverified_token: str, now: datetime
    ) -> Mapping[str, object] | None:
        try:
            token = await check_access_token(self._provider, unverified_token, now)
        except InvalidToken:
            return None
        if token.client.client_id != caller.client.client_id:
            await foreign_token(self._provider, caller, "asked about another client's token", now)
            return INACTIVE
        told = {name: token.claims[name] for name in _TOLD if name in token.claims}
        scope = " ".join(token.scopes)
        return {
            "active": True,
            "token_type": token_type(read_cnf(token.claims)),
            "scope": scope,
            **told,
        }

    async def _refresh_token(
        self, caller: AuthenticatedClient, unverified_token: str, now: datetime
    ) -> Mapping[str, object] | None:
        hashed = token_hash(unverified_token)
        async with self._provider.records.reading() as connection:
            family = await records.grant_of_refresh_token(connection, hashed)
            if family is None or family.client_id != caller.client.client_id:
                return None
            alive = await records.find_grant(connection, family.grant_id, now)
            if alive is None or not await records.is_refresh_token_unused(connection, hashed, now):
                return None
        return {
            "active": True,
            "client_id": family.client_id,
            "scope": " ".join(still_allowed(family.scopes, caller.client.scope)),
            "exp": seconds(family.expires_at),
        }

    async def _reference(
        self, caller: AuthenticatedClient, unverified_token: str, now: datetime
    ) -> Mapping[str, object] | None:
        token = await find_reference(self._provider, unverified_token, now)
        return None if token is None else await seen_by(self._provider, token, caller.client)
