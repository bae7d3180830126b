"""/logout: a service or the resident ends the sign-in (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import RESIDENT, origin_of
from gateway.errors import InvalidRequest, InvalidToken
from gateway.oidc.authorization.authorize import web_origin
from gateway.oidc.authorization.response import MAX_STATE, redirect_with
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import verified_hint
from gateway.tenants.model import Client
from gateway.web.errors import PageRoute
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other

_CARRIED = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales")


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked logout request. `post_logout_redirect_uri` is proven to be `client`'s."""

    client: Client | None
    hinted_sub: str | None
    post_logout_redirect_uri: str | None
    state: str | None


class Logout:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [PageRoute("/logout", self.logout, methods=["GET", "POST"], name="logout")]

    async def logout(self, http: Request) -> Response:
        posted = http.method == "POST"
        parameters = await form_parameters(http) if posted else query_parameters(http)
        request = await self._check(parameters)
        if posted and "confirmed" not in parameters:
            # A service's cross-site POST carries no SameSite=Lax cookie; the GET after it does.
            carried = {name: parameters[name] for name in _CARRIED if name in parameters}
            return see_other(f"/logout?{urlencode(carried)}")
        if not (posted or await self._is_hinted(http, request)):
            return self._ask(http, parameters, request)
        return await self._end(http, request)

    async def _check(self, parameters: Mapping[str, str]) -> LogoutRequest:
        """Raises InvalidRequest, which is a page: nothing is ended, nobody is redirected to."""
        client_id = parameters.get("client_id")
        hinted_sub = None
        if "id_token_hint" in parameters:
            now = self._provider.clock()
            try:
                hint = await verified_hint(self._provider, parameters["id_token_hint"], now)
            except InvalidToken as cause:
                raise InvalidRequest("id_token_hint is not one of ours") from cause
            if client_id not in (None, hint["aud"]):
                raise InvalidRequest("client_id and id_token_hint do not belong together")
            client_id, hinted_sub = str(hint["aud"]), str(hint["sub"])
        client = None if client_id is None else await self._provider.clients.find(client_id)
        if client_id is not None and client is None:
            raise InvalidRequest("client_id is not known here")
        target = parameters.get("post_logout_redirect_uri")
        if target is not None and (
            client is None or target not in client.post_logout_redirect_uris
        ):
            raise InvalidRequest("post_logout_redirect_uri is not registered for this client")
        state = parameters.get("state")
        if state is not None and len(state) > MAX_STATE:
            raise InvalidRequest("state is too long")
        return LogoutRequest(client, hinted_sub, target, state)

    async def _is_hinted(self, http: Request, request: LogoutRequest) -> bool:
        """Is the one signed in the one the service speaks of? Otherwise the resident is asked
        (RP-Initiated Logout §2: a request without a valid hint may be forged)."""
        if request.client is None or request.hinted_sub is None:
            return False
        session = await self._provider.sessions.current(http, self._provider.clock())
        if session is None:
            return True  # nothing to end
        sector = request.client.sector_identifier
        return self._provider.subjects.sub(session.resident_id, sector) == request.hinted_sub

    def _ask(
        self, http: Request, parameters: Mapping[str, str], request: LogoutRequest
    ) -> Response:
        carried = {name: parameters[name] for name in _CARRIED if name in parameters}
        target = request.post_logout_redirect_uri
        origin = None if target is None else web_origin(target)
        return self._provider.pages.render(
            http,
            "oidc/logout.html",
            form_action=() if origin is None else (origin,),
            carried=carried,
            client=request.client,
        )

    async def _end(self, http: Request, request: LogoutRequest) -> Response:
        await self._log(http, request)
        if request.post_logout_redirect_uri is None:
            response = self._provider.pages.render(http, "oidc/logged_out.html")
        else:
            response = redirect_with(request.post_logout_redirect_uri, {"state": request.state})
        await self._provider.sessions.end(http, response)
        return response

    async def _log(self, http: Request, request: LogoutRequest) -> None:
        """Nothing where nobody is signed in: nothing ends."""
        provider, client, now = self._provider, request.client, self._provider.clock()
        session = await provider.sessions.current(http, now)
        if session is None:
            return
        signed_out = Entry(
            now,
            LogKind.AUTHENTICATION,
            "resident.signed_out",
            Outcome.DONE,
            origin_of(http, RESIDENT),
            tenant_id=None if client is None else client.tenant_id,
            client_id=None if client is None else client.client_id,
            resident=provider.audit.pseudonym(session.resident_id),
        )
        await provider.audit.record(signed_out)
