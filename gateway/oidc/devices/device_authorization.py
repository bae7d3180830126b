"""/device_authorization: a kiosk asks for a code that a resident can type (RFC 8628 §3.1, §3.2)."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import UnauthorizedClient
from gateway.oidc.authorization.checks import parse_scope
from gateway.oidc.clients.authentication import AuthenticatedClient, authenticate
from gateway.oidc.devices import pace, waiting
from gateway.oidc.devices.model import Question
from gateway.oidc.devices.user_code import new_user_code
from gateway.oidc.provider import Provider
from gateway.tenants.protocol import DEVICE_CODE
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters

LIFETIME = timedelta(minutes=10)
_TAKEN = "user-code"


class DeviceAuthorization:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [
            Route(
                "/device_authorization", self.begin, methods=["POST"], name="device_authorization"
            )
        ]

    async def begin(self, http: Request) -> Response:
        provider, now = self._provider, self._provider.clock()
        form = await form_parameters(http)
        caller = await authenticate(provider, http, form, now)
        if DEVICE_CODE not in caller.client.grant_types:
            raise UnauthorizedClient("this client may not use the device grant")
        scopes = parse_scope(form, caller.client.scope)
        device_code = secrets.token_urlsafe(32)
        user_code = await self._ask(caller, scopes, device_code, now)
        page = f"{provider.issuer}/device"
        return json_response(
            {
                "device_code": device_code,
                "user_code": user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?{urlencode({'user_code': user_code})}",
                "expires_in": int(LIFETIME.total_seconds()),
                "interval": int(pace.INTERVAL.total_seconds()),
            }
        )

    async def _ask(
        self, caller: AuthenticatedClient, scopes: tuple[str, ...], device_code: str, now: datetime
    ) -> str:
        """The user code, which nobody else has meanwhile."""
        provider = self._provider
        while True:
            user_code = new_user_code()
            question_id = question_of(provider, user_code)
            if await provider.moments.claim(_TAKEN, question_id, LIFETIME):
                break
        question = Question(
            question_id=question_id,
            poll_key=waiting.poll_key_of(device_code),
            way="device",
            client_id=caller.client.client_id,
            scopes=scopes,
            asked_at=now,
            expires_at=now + LIFETIME,
            user_code=user_code,
        )
        await waiting.ask(provider.moments, provider.settings.oidc, question)
        return user_code


def question_of(provider: Provider, user_code: str) -> str:
    """It stands in paths, where no code stands; without the key none is found by trying."""
    return provider.keyed_hash.hash("user-code", user_code)
