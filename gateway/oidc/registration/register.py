"""/register: a developer's program registers a service (RFC 7591 §3), let in by an operator's
initial access token. It is never open."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import UNKNOWN, client_actor, origin_of
from gateway.audit.parties import note_client
from gateway.errors import Conflict, InvalidField, InvalidToken, OAuthError
from gateway.oidc.provider import Provider
from gateway.oidc.registration.answer import PATH, client_information
from gateway.oidc.registration.attempts import REGISTRATIONS
from gateway.oidc.registration.members import refusal, to_metadata
from gateway.oidc.registration.refused import log_refused_registration
from gateway.oidc.registration.shown_token import shown_token
from gateway.oidc.registration.statement import with_statement
from gateway.protection.doorway import NOBODY
from gateway.tenants.administration import create_client
from gateway.tenants.initial_tokens import InitialToken, find_initial_token, use_initial_token
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import ClientKind
from gateway.tenants.self_management import begin_self_management
from gateway.web.arrival import arrival_of
from gateway.web.json import json_body, json_response

_REFUSED = "the initial access token is unknown, expired, revoked or used up"


class Register:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route(PATH, self.register, methods=["POST"], name="register")]

    async def register(self, http: Request) -> Response:
        now = self._provider.clock()
        initial = await self._initial_token(http, now)
        members = await json_body(http, dict[str, Any])
        try:
            answer = await self._register(http, initial, members, now)
        except OAuthError as refused:
            whose = {"tenant_id": initial.tenant_id, "token": initial.token_id}
            await log_refused_registration(self._provider, http, refused, now, **whose)
            raise
        return json_response(answer, 201)

    async def _initial_token(self, http: Request, now: datetime) -> InitialToken:
        """Before anything of the body is read."""
        provider = self._provider
        address = arrival_of(http).address
        REGISTRATIONS.check_may_try(provider.protection, NOBODY, address, now)
        try:
            unverified = shown_token(http)
            async with provider.records.reading() as connection:
                found = await find_initial_token(connection, provider.keyed_hash, unverified, now)
            if found is None:
                raise InvalidToken(_REFUSED)
        except InvalidToken as refused:
            await log_refused_registration(provider, http, refused, now)
            unproven = origin_of(http, UNKNOWN)
            await REGISTRATIONS.refused(provider.protection, NOBODY, unproven, now)
            raise
        return found

    async def _register(
        self, http: Request, initial: InitialToken, members: Mapping[str, Any], now: datetime
    ) -> Mapping[str, object]:
        said, statement = with_statement(members, initial.software, now)
        metadata = to_metadata(said, initial.scopes, initial.scopes)
        try:
            return await self._write(http, initial, metadata, statement, now)
        except InvalidField as cause:
            raise refusal(cause) from cause
        except Conflict as cause:
            raise InvalidToken(_REFUSED) from cause  # the tenant was deleted meanwhile

    async def _write(
        self,
        http: Request,
        initial: InitialToken,
        metadata: ClientMetadata,
        statement: str | None,
        now: datetime,
    ) -> Mapping[str, object]:
        """The token's use and the service are one transaction: what is refused uses nothing up."""
        provider = self._provider
        # Unguessable too: who knows it may send residents to the sign-in page in its name.
        client_id = f"svc-{secrets.token_hex(16)}"
        hashed, owner = provider.keyed_hash, initial.tenant_id
        async with provider.records.writing() as connection:
            if not await use_initial_token(connection, initial.token_id, now):
                raise InvalidToken(_REFUSED)
            service = (ClientKind.SERVICE, client_id, metadata, now)
            client, secret = await create_client(connection, hashed, owner, *service)
            token = await begin_self_management(
                connection, hashed, client_id, initial.token_id, statement
            )
            registered = Entry(
                now,
                LogKind.OPERATION,
                "service.registered",
                Outcome.DONE,
                origin_of(http, client_actor(client_id)),
                tenant_id=owner,
                client_id=client_id,
                detail={"token": initial.token_id},
            )
            await provider.audit.write(connection, registered)
        note_client(http, client_id, owner)
        return client_information(provider.issuer, client, token, secret, statement)
