"""/developers/try: choose, see the request, send it through the real door, look at each answer."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.clock import Clock
from gateway.developers.trying.asking import Asking
from gateway.developers.trying.shown import members, show_all
from gateway.developers.trying.steps import Endpoints, push, steps_offered, take_step
from gateway.developers.trying.visit import Exchange, TryOut, TryOuts
from gateway.developers.trying.wishes import (
    AFTER_SIGN_OUT,
    CALLBACK,
    CLIENT_ID,
    PROMPTS,
    Choices,
    Secrets,
    Wishes,
    authorization_request,
    parse_wishes,
)
from gateway.developers.words import Render
from gateway.errors import InvalidRequest
from gateway.tenants.clients import Clients
from gateway.web.errors import PageRoute
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

_GONE = "this try-out has expired; begin again"
_START = "/developers/try"
_WALK = "/developers/try/walk"


@dataclass(frozen=True, slots=True)
class TryOutPages:
    """Where cards are virtual. `endpoints`: as discovery tells them."""

    issuer: str
    endpoints: Endpoints
    choices: Choices
    clients: Clients
    tryouts: TryOuts
    clock: Clock
    render: Render
    asking: Asking

    def routes(self) -> list[Route]:
        return [
            PageRoute(_START, self.choose, methods=["GET"]),
            PageRoute("/developers/try/request", self.prepare, methods=["POST"]),
            PageRoute("/developers/try/send", self.send, methods=["POST"]),
            PageRoute(CALLBACK, self.come_back, methods=["GET"]),
            PageRoute(_WALK, self.walk, methods=["GET"]),
            PageRoute("/developers/try/step", self.step, methods=["POST"]),
            PageRoute("/developers/try/end", self.end, methods=["POST"]),
        ]

    async def choose(self, request: Request) -> Response:
        client = await self.clients.find(CLIENT_ID)
        redirect_uri = self.issuer + CALLBACK
        is_ready = client is not None and redirect_uri in client.redirect_uris
        return self.render(
            request,
            "developers/try.html",
            is_ready=is_ready,
            client_id=CLIENT_ID,
            redirect_uri=redirect_uri,
            after_sign_out=self.issuer + AFTER_SIGN_OUT,
            choices=self.choices,
            prompts=PROMPTS,
            preset=Wishes(),
        )

    async def prepare(self, request: Request) -> Response:
        check_same_origin(request)
        wishes = parse_wishes(await form_parameters(request), self.choices)
        fresh = Secrets(*(secrets.token_urlsafe(32) for _ in range(3)))
        response = see_other(_WALK)
        asked = authorization_request(self.issuer, wishes, fresh)
        await self.tryouts.begin(response, TryOut(wishes, fresh, asked))
        return response

    async def send(self, request: Request) -> Response:
        """Through the browser, as every service's request comes."""
        tryout = await self._posted(request)
        query: Mapping[str, str] = tryout.request
        if tryout.wishes.is_pushed:
            tryout = await push(request, self.asking, self.endpoints, tryout)
            await self.tryouts.keep(request, tryout)
            request_uri = tryout.exchanges[-1].received.get("request_uri")
            if request_uri is None:
                return see_other(_WALK)
            query = {"client_id": CLIENT_ID, "request_uri": request_uri}
        return see_other(f"{self.endpoints['authorization_endpoint']}?{urlencode(query)}")

    async def come_back(self, request: Request) -> Response:
        """What every service has to look at first: the answer is to a request of this browser, and
        this provider gave it (RFC 9207)."""
        tryout = await self._current(request)
        answer = query_parameters(request)
        if not hmac.compare_digest(answer.get("state", ""), tryout.secrets.state):
            raise InvalidRequest("state is not that of this browser's request")
        if answer.get("iss") != self.issuer:
            raise InvalidRequest("iss is another provider's")
        if tryout.code is None:
            came = Exchange("answer", "GET", self.issuer + CALLBACK, {}, 0, answer)
            await self.tryouts.keep(request, replace(tryout.after(came), code=answer.get("code")))
        return see_other(f"{_WALK}#last")

    async def walk(self, request: Request) -> Response:
        tryout = await self._current(request)
        keys: Mapping[str, object] = {}
        if "id_token" in tryout.tokens:
            keys = (await self.asking.get(request, "jwks", self.endpoints["jwks_uri"])).received
        return self.render(
            request,
            "developers/walk.html",
            tryout=tryout,
            request_members=members(tryout.request),
            shown=show_all(tryout, keys, self.issuer, self.clock()),
            steps=steps_offered(tryout),
            endpoints=self.endpoints,
        )

    async def step(self, request: Request) -> Response:
        tryout = await self._posted(request)
        step = (await form_parameters(request)).get("step", "")
        done = await take_step(request, self.asking, self.endpoints, tryout, step)
        await self.tryouts.keep(request, done)
        return see_other(f"{_WALK}#last")

    async def end(self, request: Request) -> Response:
        """Forgets everything, then signs out (OpenID Connect RP-Initiated Logout 1.0)."""
        tryout = await self._posted(request)
        target = _START
        if "id_token" in tryout.tokens:
            query = {
                "id_token_hint": tryout.tokens["id_token"],
                "post_logout_redirect_uri": self.issuer + AFTER_SIGN_OUT,
            }
            target = f"{self.endpoints['end_session_endpoint']}?{urlencode(query)}"
        response = see_other(target)
        await self.tryouts.end(request, response)
        return response

    async def _posted(self, request: Request) -> TryOut:
        check_same_origin(request)
        return await self._current(request)

    async def _current(self, request: Request) -> TryOut:
        tryout = await self.tryouts.current(request)
        if tryout is None:
            raise InvalidRequest(_GONE)
        return tryout
