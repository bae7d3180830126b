"""The town's two services, as any municipality would build them with a stock client."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.demo.stock_client import ServiceSettings, register
from gateway.web.pages import Pages
from gateway.web.static import static_route

SHOWN = (
    "name",
    "name_substituted",
    "attributes_changed",
    "birthdate",
    "gender",
    "address",
    "address_substituted",
    "local_id",
)
CODED_CLAIMS = ("name_substituted", "attributes_changed", "gender", "address_substituted")
LINK_REFUSALS = {400: "service_link_refused", 409: "service_link_taken"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A resident at this service; kept in the service's memory, not in the cookie."""

    token: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


class Service:
    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._pages = Pages(["gateway.demo"], brand="town_brand")
        self._visits: dict[str, Visit] = {}
        self._client = register(settings, self.renewed)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/signin", self.sign_in, methods=["GET"]),
            Route("/callback", self.callback, methods=["GET"]),
            Route("/link", self.link, methods=["POST"]),
            Route("/refresh", self.refresh, methods=["POST"]),
            Route("/signout", self.sign_out, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        return self._page(request)

    async def sign_in(self, request: Request) -> Response:
        response: Response = await self._client.authorize_redirect(
            request, f"{self._settings.address}/callback", **_locale(request)
        )
        return response

    async def callback(self, request: Request) -> Response:
        # Two checks that Authlib leaves to its user: whose answer it is (RFC 9207), and whom the
        # ID token is for (OpenID Connect Core §3.1.3.7).
        if request.query_params.get("iss") != self._settings.issuer:
            return self._page(request, error="mismatching_issuer", status=400)
        claims_options = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.service.client_id},
        }
        try:
            token = await self._client.authorize_access_token(
                request, claims_options=claims_options
            )
            await self._welcome(request, token)
        except (OAuthError, JoseError) as refused:
            return self._page(request, error=refused.error, status=400)
        return RedirectResponse("/", 303)

    async def link(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit is None:
            return RedirectResponse("/", 303)
        async with request.form(max_fields=4) as form:
            local_id = str(form.get("local_id", ""))
        try:
            answer = await self._client.put(
                f"{self._settings.issuer}/link", json={"local_id": local_id}, token=visit.token
            )
        except OAuthError as refused:
            return self._over(request, refused)
        if answer.status_code in LINK_REFUSALS:
            notice = LINK_REFUSALS[answer.status_code]
            return self._page(request, notice=notice, status=answer.status_code)
        answer.raise_for_status()
        return await self.refresh(request)

    async def refresh(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit is None:
            return RedirectResponse("/", 303)
        try:
            token = await self._client.fetch_access_token(
                grant_type="refresh_token", refresh_token=visit.token["refresh_token"]
            )
            await self._welcome(request, {**visit.token, **token})
        except OAuthError as refused:
            return self._over(request, refused)
        return self._page(request, notice="service_refreshed")

    async def sign_out(self, request: Request) -> Response:
        """Here first, then at the front door (OpenID Connect RP-Initiated Logout 1.0)."""
        visit = self._visit(request)
        self._forget(request)
        if visit is None:
            return RedirectResponse("/", 303)
        metadata = await self._client.load_server_metadata()
        query = {
            "id_token_hint": visit.token["id_token"],
            "post_logout_redirect_uri": f"{self._settings.address}/",
        }
        return RedirectResponse(f"{metadata['end_session_endpoint']}?{urlencode(query)}", 303)

    async def renewed(
        self,
        token: Mapping[str, Any],
        refresh_token: str | None = None,
        access_token: str | None = None,
    ) -> None:
        """Authlib saw that the access token had expired and used the refresh token; from now on
        only the new one is good."""
        for visit_id, visit in self._visits.items():
            if refresh_token is not None and visit.token.get("refresh_token") == refresh_token:
                self._visits[visit_id] = replace(visit, token={**visit.token, **token})

    async def unreachable(self, request: Request, _: Exception) -> Response:
        return self._page(request, notice="service_unreachable", status=502)

    async def _welcome(self, request: Request, token: Mapping[str, Any]) -> None:
        """Two more checks that are left to us: that there is an ID token at all, and that userinfo
        is of the same resident (OpenID Connect Core §3.1.3.3, §5.3.2). Raises OAuthError."""
        if "userinfo" not in token:
            raise OAuthError("missing_id_token")
        visit_id = request.session.setdefault("visit", secrets.token_urlsafe(16))
        # Kept before it is used, as a use may renew it.
        self._visits[visit_id] = Visit(token, token["userinfo"])
        claims = await self._client.userinfo(token=token)
        if claims.get("sub") != token["userinfo"]["sub"]:
            self._forget(request)
            raise OAuthError("mismatching_subject")
        self._visits[visit_id] = replace(self._visits[visit_id], claims=claims)

    def _visit(self, request: Request) -> Visit | None:
        return self._visits.get(request.session.get("visit", ""))

    def _forget(self, request: Request) -> None:
        self._visits.pop(request.session.pop("visit", ""), None)

    def _over(self, request: Request, refused: OAuthError) -> Response:
        """The issuer no longer lets us act for the resident, who has to sign in again."""
        self._forget(request)
        return self._page(request, error=refused.error, status=400)

    def _page(
        self,
        request: Request,
        *,
        error: str | None = None,
        notice: str | None = None,
        status: int = 200,
    ) -> Response:
        visit = self._visit(request)
        return self._pages.render(
            request,
            "demo/service.html",
            status=status,
            form_action=(self._settings.issuer,),
            service=self._settings.service.name,
            example_local_id=self._settings.service.example_local_id,
            visit=visit,
            shown={} if visit is None else shown(visit.claims),
            coded=CODED_CLAIMS,
            error=error,
            notice=notice,
        )


def shown(claims: Mapping[str, Any]) -> dict[str, str]:
    flat = dict(claims)
    if address := claims.get("address"):
        flat |= {"address": address["formatted"], "address_substituted": address["substituted"]}
    return {name: str(flat[name]) for name in SHOWN if name in flat}


def _locale(request: Request) -> dict[str, str]:
    lang = request.cookies.get("genkan_language")
    return {"ui_locales": lang} if lang in ("ja", "en") else {}


def create_service(settings: ServiceSettings) -> Starlette:
    session = Middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie=f"{settings.service.name}_session",
        same_site="lax",
    )
    service = Service(settings)
    return Starlette(
        routes=[*service.routes(), static_route()],
        middleware=[session],
        exception_handlers={httpx2.HTTPError: service.unreachable},
    )
