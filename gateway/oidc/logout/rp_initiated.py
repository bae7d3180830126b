"""/logout: a service or the resident ends the sign-in (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.origins import RESIDENT, origin_of
from gateway.errors import InvalidRequest, InvalidToken
from gateway.login.session import Session
from gateway.oidc.authorization.response import MAX_STATE, redirect_with, web_origin
from gateway.oidc.logout.logged_out import has_frames, logged_out_page
from gateway.oidc.logout.session_state import forget_browser_state
from gateway.oidc.logout.sid import sid_of
from gateway.oidc.logout.sign_out import SignedOut
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import verified_hint
from gateway.tenants.model import Client
from gateway.web.errors import PageRoute
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

_CARRIED = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales")


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked logout request. `post_logout_redirect_uri` is proven to be `client`'s."""

    client: Client | None
    hinted_sub: str | None
    hinted_sid: str | None = field(repr=False)
    """None in an ID token from before, or of a sign-in without a browser."""
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
        if posted:
            # Of one site are a town's own services, too: a form of theirs carries the cookie.
            check_same_origin(http)
        session = await self._provider.sessions.current(http, self._provider.clock())
        if not (posted or self._is_hinted(session, request)):
            return self._ask(http, parameters, request)
        return await self._end(http, request, session)

    async def _check(self, parameters: Mapping[str, str]) -> LogoutRequest:
        """Raises InvalidRequest, which is a page: nothing is ended, nobody is redirected to."""
        client_id = parameters.get("client_id")
        hint: Mapping[str, object] = {}
        if "id_token_hint" in parameters:
            hint = await self._hint(parameters["id_token_hint"])
            if client_id not in (None, hint["aud"]):
                raise InvalidRequest("client_id and id_token_hint do not belong together")
            client_id = str(hint["aud"])
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
        return LogoutRequest(client, _text(hint, "sub"), _text(hint, "sid"), target, state)

    async def _hint(self, unverified_hint: str) -> Mapping[str, object]:
        try:
            return await verified_hint(self._provider, unverified_hint, self._provider.clock())
        except InvalidToken as cause:
            raise InvalidRequest("id_token_hint is not one of ours") from cause

    def _is_hinted(self, session: Session | None, request: LogoutRequest) -> bool:
        """Is the one signed in the one the service speaks of, in this very session? Otherwise the
        resident is asked (RP-Initiated Logout §2: such a request may be forged)."""
        client, provider = request.client, self._provider
        if client is None or request.hinted_sub is None:
            return False
        if session is None:
            return True  # nothing to end
        sid = sid_of(provider.keyed_hash, session.visit_id, client.client_id)
        sub = provider.subjects.sub(session.resident_id, client.sector_identifier)
        return sub == request.hinted_sub and request.hinted_sid in (None, sid)

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

    async def _end(
        self, http: Request, request: LogoutRequest, session: Session | None
    ) -> Response:
        provider = self._provider
        ended = SignedOut()
        if session is not None:
            ended = await provider.sign_out.of_session(
                session, origin_of(http, RESIDENT), provider.clock(), request.client
            )
        target = request.post_logout_redirect_uri
        back = None if target is None else redirect_with(target, {"state": request.state})
        response = back or logged_out_page(provider, http, session, ended)
        if back is not None and has_frames(ended.here):
            go_on = back.headers["location"]
            response = logged_out_page(
                provider, http, session, ended, client=request.client, go_on=go_on
            )
        await provider.sessions.end(http, response)
        forget_browser_state(provider, http, response)
        return response


def _text(hint: Mapping[str, object], name: str) -> str | None:
    return str(hint[name]) if name in hint else None
