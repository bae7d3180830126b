"""/authorize: checks the request, stores it, and decides each time the browser comes back.

RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.consent.task import ConsentTask
from gateway.errors import AccessDenied, InvalidRequest, OAuthError
from gateway.login.session import Session
from gateway.login.task import LoginTask
from gateway.oidc import codes
from gateway.oidc.authorization.agreement import to_be_agreed
from gateway.oidc.authorization.delegation import (
    LISTS,
    asked_details,
    is_agreed,
)
from gateway.oidc.authorization.hybrid import id_token_beside
from gateway.oidc.authorization.intake import read_request, target_again
from gateway.oidc.authorization.next_step import Step, needs_signature, next_step
from gateway.oidc.authorization.refused import log_refused_request
from gateway.oidc.authorization.request_uris import use_up
from gateway.oidc.authorization.response import (
    AuthorizationError,
    ResponseTarget,
    answer,
    find_service,
    web_origin,
)
from gateway.oidc.authorization.response_modes import HYBRID
from gateway.oidc.logout.session_state import remember_browser_state, session_state_for
from gateway.oidc.model import AuthorizationRequest, decode_request, encode
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client
from gateway.web.errors import PageRoute
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other

KIND = "authorization"
FAPI_CODE = timedelta(seconds=60)
"""FAPI 2.0 Security Profile §5.3.2.1."""


class Authorize:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [
            PageRoute("/authorize", self.begin, methods=["GET", "POST"], name="authorize"),
            PageRoute("/authorize/{request_id}", self.resume, methods=["GET"]),
        ]

    async def begin(self, http: Request) -> Response:
        """A service's request comes in."""
        posted = http.method == "POST"
        parameters = (
            await form_parameters(http, lists=LISTS)
            if posted
            else query_parameters(http, lists=LISTS)
        )
        now = self._provider.clock()
        try:
            target, request = await read_request(self._provider, http, parameters, now)
        except InvalidRequest as refusal:
            named = parameters.get("client_id", "")
            await log_refused_request(self._provider, http, named, refusal, now)
            raise
        if posted:
            # A cross-site POST carries no SameSite=Lax cookie; the GET after it does.
            return see_other(await self._store(request))
        return await self._proceed(http, target, request, None, now)

    async def resume(self, http: Request) -> Response:
        """The browser comes back from sign-in or consent."""
        request_id = http.path_params["request_id"]
        raw = await self._provider.moments.get(KIND, request_id)
        if raw is None:
            raise InvalidRequest("this sign-in has expired or is finished; start again")
        request = decode_request(raw)
        target = target_again(
            await find_service(self._provider.clients, request.client_id), request
        )
        answers = query_parameters(http)
        if "cancelled" in answers or "declined" in answers:
            await self._use_up(request, request_id)
            cause = AccessDenied("the resident did not agree")
            raise AuthorizationError(target, cause)
        return await self._proceed(http, target, request, request_id, self._provider.clock())

    async def _proceed(
        self,
        http: Request,
        target: ResponseTarget,
        request: AuthorizationRequest,
        request_id: str | None,
        now: datetime,
    ) -> Response:
        provider = self._provider
        session = await provider.sessions.current(http, now)
        try:
            step = await self._next(target.client, request, session, now)
        except OAuthError as cause:
            raise AuthorizationError(target, cause) from cause
        if step is Step.ANSWER and session is not None:
            return await self._answer(http, target, request, request_id, session, now)
        if step is Step.CONSENT and session is not None:
            return await self._ask_consent(target, request, request_id, session)
        return await self._ask_sign_in(target, request, request_id)

    async def _next(
        self,
        client: Client,
        request: AuthorizationRequest,
        session: Session | None,
        now: datetime,
    ) -> Step:
        provider = self._provider
        consented = None
        if session is not None:
            consented = await provider.consents.given(
                client.client_id, session.resident_id, since=session.auth_time
            )
        if session is None or consented is None:
            # Nobody has come in, or the door was closed to them after they had.
            return next_step(request, None, None, frozenset(), provider.acr_order, now)
        sub = provider.subjects.sub(session.resident_id, client.sector_identifier)
        agreed = await is_agreed(provider, client, request, consented)
        return next_step(
            request, session, sub, consented.scopes, provider.acr_order, now, details_agreed=agreed
        )

    async def _answer(
        self,
        http: Request,
        target: ResponseTarget,
        request: AuthorizationRequest,
        request_id: str | None,
        session: Session,
        now: datetime,
    ) -> Response:
        provider, client = self._provider, target.client
        moments = provider.moments
        await self._use_up(request, request_id)
        longest = FAPI_CODE if client.is_fapi else timedelta.max
        settings = provider.settings.oidc
        code = await codes.issue(moments, settings, request, session, now, longest=longest)
        told = {"code": code}
        if request.response_type == HYBRID:
            told["id_token"] = await id_token_beside(
                provider, http, client, request, session, code, now
            )
        told |= session_state_for(provider, client.client_id, target.redirect_uri, session)
        response = await answer(provider, http, target, told, now)
        remember_browser_state(provider, response, session)
        return response

    async def _use_up(self, request: AuthorizationRequest, request_id: str | None) -> None:
        """One answer is given to it. Raises InvalidRequest or InvalidRequestUri."""
        moments = self._provider.moments
        if request_id is not None and await moments.take(KIND, request_id) is None:
            raise InvalidRequest("this sign-in has expired or is finished; start again")
        if request.pushed is not None:
            await use_up(self._provider, request.pushed)
            await moments.drop(KIND, request.pushed)

    async def _ask_sign_in(
        self, target: ResponseTarget, request: AuthorizationRequest, request_id: str | None
    ) -> Response:
        task = LoginTask(
            return_to=await self._store(request, request_id),
            client_name_ja=target.client.client_name_ja,
            client_name_en=target.client.client_name_en,
            final_origin=web_origin(target.redirect_uri),
            acr_values=request.acr_values + request.essential_acr,
            signature_needed=needs_signature(request, self._provider.acr_order),
        )
        return self._with_locales(await self._provider.login_tasks.begin(task), request)

    async def _ask_consent(
        self,
        target: ResponseTarget,
        request: AuthorizationRequest,
        request_id: str | None,
        session: Session,
    ) -> Response:
        client = target.client
        asked = replace(request, consent_asked=True)
        task = ConsentTask(
            return_to=await self._store(asked, request_id),
            client_id=client.client_id,
            tenant_id=client.tenant_id,
            resident_id=session.resident_id,
            client_name_ja=client.client_name_ja,
            client_name_en=client.client_name_en,
            purpose_ja=client.purpose_ja,
            purpose_en=client.purpose_en,
            scopes=to_be_agreed(request),
            final_origin=web_origin(target.redirect_uri),
            details=await asked_details(self._provider, client, request),
        )
        return self._with_locales(await self._provider.consent_tasks.begin(task), request)

    async def _store(self, request: AuthorizationRequest, request_id: str | None = None) -> str:
        """The local path at which the stored request goes on: a pushed one at the same path
        whenever it comes, so that one answer ends them all."""
        request_id = request_id or request.pushed or secrets.token_urlsafe(24)
        lifetime = timedelta(seconds=self._provider.settings.login.task_seconds)
        await self._provider.moments.put(KIND, request_id, encode(request), lifetime)
        return f"/authorize/{request_id}"

    def _with_locales(self, path: str, request: AuthorizationRequest) -> Response:
        response = see_other(path)
        wanted = (request.ui_locales or "").split()
        known = [tag for tag in wanted if tag.split("-")[0] in ("ja", "en")]
        if known:
            response.headers["location"] += f"&ui_locales={known[0].split('-')[0]}"
        return response
