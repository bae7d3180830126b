"""/register/ID: a service that registered itself reads, changes and ends its registration
(RFC 7592 §2), by the token it was given for that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import UNKNOWN, client_actor, origin_of
from gateway.audit.parties import note_client
from gateway.consent.ending import delete_consents_of_clients
from gateway.errors import (
    BadRequest,
    Conflict,
    InvalidClientMetadata,
    InvalidField,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    StaleVersion,
)
from gateway.oidc.provider import Provider
from gateway.oidc.registration.answer import PATH, client_information
from gateway.oidc.registration.attempts import REGISTRATIONS
from gateway.oidc.registration.members import refusal, to_metadata
from gateway.oidc.registration.refused import log_refused_registration
from gateway.oidc.registration.shown_token import shown_token
from gateway.oidc.registration.statement import with_statement
from gateway.tenants.administration import change_client, delete_client
from gateway.tenants.client_records import ClientRecord, find_client_record
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import Client
from gateway.tenants.self_management import (
    SelfManagement,
    find_self_management,
    renew_self_management,
)
from gateway.web.arrival import arrival_of
from gateway.web.json import NO_STORE, json_body, json_response

_REFUSED = "the registration access token is unknown or good no more"
# RFC 7592 §2.2
_NEVER_SENT_BACK = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


@dataclass(frozen=True, slots=True)
class SelfManaged:
    """Proof: the caller has this client's registration access token, and the client is in use."""

    client: Client
    management: SelfManagement
    token: str = field(repr=False)

    @property
    def own(self) -> tuple[str, str]:
        return self.client.tenant_id, self.client.client_id


class Manage:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        path = f"{PATH}/{{client_id}}"
        return [
            Route(path, self.read, methods=["GET"], name="registration"),
            Route(path, self.change, methods=["PUT"]),
            Route(path, self.end, methods=["DELETE"]),
        ]

    async def read(self, http: Request) -> Response:
        """The token stays as it is: reading twice is no harm, and an answer may get lost."""
        caller = await self._caller(http)
        async with self._provider.records.reading() as connection:
            client = await find_client_record(connection, *caller.own)
        statement = caller.management.software_statement
        issuer = self._provider.issuer
        return json_response(client_information(issuer, client, caller.token, None, statement))

    async def change(self, http: Request) -> Response:
        """All metadata anew; the token too, so that one that leaked ends at the next change."""
        provider, caller = self._provider, await self._caller(http)
        now = provider.clock()
        members = await json_body(http, dict[str, Any])
        try:
            self._check_itself(members, caller, now)
            said, statement = with_statement(members, caller.management.software, now)
            answer = await self._change(http, caller, said, statement, now)
        except OAuthError as refused:
            whose = {"tenant_id": caller.client.tenant_id, "client_id": caller.client.client_id}
            await log_refused_registration(provider, http, refused, now, **whose)
            raise
        return json_response(answer)

    async def end(self, http: Request) -> Response:
        """It can be restored by an operator for a while, and manages itself no more then."""
        provider, caller = self._provider, await self._caller(http)
        now = provider.clock()
        try:
            async with provider.records.writing() as connection:
                seen = (await find_client_record(connection, *caller.own)).version
                await delete_client(connection, *caller.own, seen, now)
                await provider.audit.write(connection, _entry(http, caller, "service.deleted", now))
        except (StaleVersion, Conflict) as cause:
            raise BadRequest("it was changed meanwhile; read it again", 409) from cause
        return Response(status_code=204, headers=NO_STORE)

    async def _caller(self, http: Request) -> SelfManaged:
        """One answer for unknown, foreign, suspended and deleted (RFC 7592 §2.1)."""
        provider, client_id = self._provider, http.path_params["client_id"]
        client, now, address = None, provider.clock(), arrival_of(http).address
        REGISTRATIONS.check_may_try(provider.protection, client_id, address, now)
        try:
            unverified = shown_token(http)
            client, found = await provider.clients.find(client_id), None
            if client is not None:
                async with provider.records.reading() as connection:
                    found = await find_self_management(
                        connection, provider.keyed_hash, client_id, unverified
                    )
            if client is None or found is None:
                raise InvalidToken(_REFUSED)
        except InvalidToken as refused:
            await log_refused_registration(provider, http, refused, now)
            unproven = origin_of(http, UNKNOWN)
            tenant_id = None if client is None else client.tenant_id
            await REGISTRATIONS.refused(
                provider.protection, client_id, unproven, now, tenant_id=tenant_id
            )
            raise
        REGISTRATIONS.passed(provider.protection, client.client_id, address)
        note_client(http, client.client_id, client.tenant_id)
        return SelfManaged(client, found, unverified)

    def _check_itself(self, members: Mapping[str, Any], caller: SelfManaged, now: datetime) -> None:
        """RFC 7592 §2.2. Raises InvalidRequest or InvalidClientMetadata."""
        if any(name in members for name in _NEVER_SENT_BACK):
            raise InvalidRequest(f"never sent back: {', '.join(_NEVER_SENT_BACK)}")
        if members.get("client_id") != caller.client.client_id:
            raise InvalidClientMetadata("client_id: needed, as it is")
        secret = members.get("client_secret")
        if secret is None:
            return
        clients = self._provider.clients
        if not isinstance(secret, str) or not clients.secret_matches(caller.client, secret, now):
            raise InvalidClientMetadata("client_secret: none but the present one")

    async def _change(
        self,
        http: Request,
        caller: SelfManaged,
        said: Mapping[str, Any],
        statement: str | None,
        now: datetime,
    ) -> Mapping[str, object]:
        provider, client_id, scopes = self._provider, caller.own[1], caller.management.scopes
        hashed = provider.keyed_hash
        try:
            async with provider.records.writing() as connection:
                # First: who comes second with the same token waits here, and is nobody then.
                token = await renew_self_management(
                    connection, hashed, client_id, caller.token, statement
                )
                if token is None:
                    raise InvalidToken(_REFUSED)
                before = await find_client_record(connection, *caller.own)
                # What an operator added since, it may keep; what they took away, it does not get
                # back by itself.
                held = frozenset(before.metadata.scope.split(" "))
                metadata = to_metadata(said, scopes & held or held, held, before.metadata)
                client, secret = await change_client(
                    connection, hashed, *caller.own, metadata, before.version, now
                )
                if _has_other_purpose(before, metadata):
                    # What residents agreed to was another use of their data: they are asked again.
                    await delete_consents_of_clients(connection, [client_id])
                changed = _differing(before, metadata)
                entry = _entry(http, caller, "service.changed", now, fields=changed)
                await provider.audit.write(connection, entry)
        except InvalidField as cause:
            raise refusal(cause) from cause
        except (StaleVersion, Conflict) as cause:
            raise BadRequest("it was changed meanwhile; read it again", 409) from cause
        return client_information(provider.issuer, client, token, secret, statement)


def _has_other_purpose(before: ClientRecord, after: ClientMetadata) -> bool:
    told = before.metadata
    return (told.purpose_ja, told.purpose_en) != (after.purpose_ja, after.purpose_en)


def _differing(before: ClientRecord, after: ClientMetadata) -> str:
    names = (one.name for one in msgspec.structs.fields(ClientMetadata))
    return " ".join(
        name for name in names if getattr(before.metadata, name) != getattr(after, name)
    )


def _entry(http: Request, caller: SelfManaged, deed: str, now: datetime, **detail: str) -> Entry:
    tenant_id, client_id = caller.own
    return Entry(
        now,
        LogKind.OPERATION,
        deed,
        Outcome.DONE,
        origin_of(http, client_actor(client_id)),
        tenant_id=tenant_id,
        client_id=client_id,
        detail=detail,
    )
