"""/revoke: a service gives a token back (RFC 7009). Either token of a family ends the family; one
for another service's API ends with what was exchanged for it, and the family goes on."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidRequest, InvalidToken
from gateway.oidc import records
from gateway.oidc.clients.authentication import AuthenticatedClient, authenticate
from gateway.oidc.codes import token_hash
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.bearer import REVOKED, AccessToken, check_access_token
from gateway.oidc.tokens.reference import drop_reference
from gateway.oidc.tokens.refusals import foreign_token
from gateway.web.parameters import form_parameters


class Revoke:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/revoke", self.revoke, methods=["POST"], name="revoke")]

    async def revoke(self, http: Request) -> Response:
        """200 also for a token that is unknown, dead or another client's (RFC 7009 §2.2): nothing
        is told of it, and another client's stays alive."""
        now = self._provider.clock()
        form = await form_parameters(http)
        caller = await authenticate(self._provider, http, form, now)
        if "token" not in form:
            raise InvalidRequest("token is missing")
        family = await self._family(caller, form["token"], now)
        if family is not None:
            async with self._provider.records.writing() as connection:
                await records.revoke_grant(connection, family, now)
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def _family(
        self, caller: AuthenticatedClient, unverified_token: str, now: datetime
    ) -> Grant | None:
        if await drop_reference(self._provider, caller.client, unverified_token):
            return None
        hashed = token_hash(unverified_token)
        async with self._provider.records.reading() as connection:
            family = await records.grant_of_refresh_token(connection, hashed)
        if family is not None:
            return family if family.client_id == caller.client.client_id else None
        try:
            token = await check_access_token(self._provider, unverified_token, now)
        except InvalidToken:
            return None
        if token.client.client_id != caller.client.client_id:
            await foreign_token(self._provider, caller, "would revoke another client's token", now)
            return None
        if token.grant is None:
            await self._forget(token, now)
        return token.grant

    async def _forget(self, token: AccessToken, now: datetime) -> None:
        """A client's own token has no family: its jti is remembered until it would have ended."""
        expires = datetime.fromtimestamp(token.claims["exp"], UTC)
        await self._provider.moments.put(REVOKED, str(token.claims["jti"]), b"1", expires - now)
