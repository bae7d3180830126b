"""/bc-authorize: a counter asks for a resident, who answers on a device of their own (CIBA Core 1.0
§7.1, §7.3)."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import RequestDenied, UnauthorizedClient
from gateway.oidc.clients.authentication import AuthenticatedClient, authenticate
from gateway.oidc.devices import pace, waiting
from gateway.oidc.devices.counter_request import (
    CounterRequest,
    check_counter_request,
    resident_asked,
)
from gateway.oidc.devices.model import Ping, Question
from gateway.oidc.devices.places import leave, take_places
from gateway.oidc.devices.signed_request import read_request
from gateway.oidc.provider import Provider
from gateway.tenants.protocol import CIBA
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters


class BackchannelAuthentication:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [
            Route("/bc-authorize", self.ask, methods=["POST"], name="backchannel_authentication")
        ]

    async def ask(self, http: Request) -> Response:
        provider, now = self._provider, self._provider.clock()
        form = await form_parameters(http)
        caller = await authenticate(provider, http, form, now)
        client = caller.client
        if CIBA not in client.grant_types or caller.method == "none":
            raise UnauthorizedClient("this client may not ask for residents")
        parameters: Mapping[str, str] = await read_request(provider, client, form, now)
        request = check_counter_request(parameters, client)
        resident_id = await resident_asked(provider, parameters, client, now)
        auth_req_id = secrets.token_urlsafe(32)
        await self._put(caller, request, resident_id, auth_req_id, now)
        return json_response(
            {
                "auth_req_id": auth_req_id,
                "expires_in": int(request.lifetime.total_seconds()),
                "interval": int(pace.INTERVAL.total_seconds()),
            }
        )

    async def _put(
        self,
        caller: AuthenticatedClient,
        request: CounterRequest,
        resident_id: str,
        auth_req_id: str,
        now: datetime,
    ) -> None:
        """Before the resident, where there is a place. Raises RequestDenied."""
        provider, client = self._provider, caller.client
        question_id = secrets.token_urlsafe(24)
        held = await take_places(
            provider.moments, resident_id, client.client_id, question_id, request.lifetime
        )
        if held is None:
            refused = self._asked(caller, request, resident_id, now)
            refused = replace(refused, deed="question.refused", outcome=Outcome.REFUSED)
            await provider.protection.telling.tell(refused)
            raise RequestDenied("too many requests wait for this resident, or of this service")
        token = request.client_notification_token
        question = Question(
            question_id=question_id,
            poll_key=waiting.poll_key_of(auth_req_id),
            way="counter",
            client_id=client.client_id,
            scopes=request.scopes,
            asked_at=now,
            expires_at=now + request.lifetime,
            acr_values=request.acr_values,
            resident_id=resident_id,
            binding_message=request.binding_message,
            places=held,
            ping=None if token is None else Ping(auth_req_id, token),
        )
        try:
            await provider.audit.record(self._asked(caller, request, resident_id, now))
        except BaseException:
            await leave(provider.moments, held)
            raise
        await waiting.ask(provider.moments, provider.settings.oidc, question)

    def _asked(
        self,
        caller: AuthenticatedClient,
        request: CounterRequest,
        resident_id: str,
        now: datetime,
    ) -> Entry:
        """The binding message is the counter's and the resident's affair."""
        return Entry(
            now,
            LogKind.EVENT,
            "question.asked",
            Outcome.DONE,
            caller.origin,
            tenant_id=caller.client.tenant_id,
            client_id=caller.client.client_id,
            resident=self._provider.audit.pseudonym(resident_id),
            detail={"way": "counter", "scopes": " ".join(request.scopes)},
        )
