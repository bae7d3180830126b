"""A relying party by hand, good by itself; each carelessness is a switch, named like the check that
has to find it."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.conform.sloppy_token import Reader, RefusedError, kid_of

COOKIE = "sloppy"


@dataclass
class Pending:
    state: str
    nonce: str
    verifier: str


@dataclass
class SloppyService:
    issuer: str
    address: str
    client_id: str
    client_secret: str = field(repr=False)
    sloppy: set[str] = field(default_factory=set)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    failed_before: bool = False

    def __post_init__(self) -> None:
        self.reader = Reader(self.issuer, self.client_id, self.leaves_out)

    def leaves_out(self, name: str) -> bool:
        return name in self.sloppy

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/signin", self.sign_in),
                Route("/callback", self.callback),
                Route("/refresh", self.refresh),
                Route("/signout", self.sign_out),
                Route("/back", self.back_channel, methods=["POST"]),
                Route("/front", self.front_channel),
            ],
        )

    async def home(self, request: Request) -> Response:
        session = self.session(request)
        if session is None:
            return HTMLResponse("<title>Sloppy</title><p>Nobody is here.</p>")
        return HTMLResponse(f"<title>Sloppy</title><p>Welcome, {session['name']}.</p>")

    async def sign_in(self, _: Request) -> Response:
        browser = secrets.token_urlsafe(16)
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        if self.leaves_out("state-fresh"):
            pending.state = "always-the-same-state"
        if self.leaves_out("nonce-fresh"):
            pending.nonce = "always-the-same-nonce"
        if self.leaves_out("verifier-fresh"):
            pending.verifier = "v" * 43
        self.pending[browser] = pending
        digest = hashlib.sha256(pending.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.address}/callback",
            "scope": "openid profile offline_access",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        response = RedirectResponse(f"{self.issuer}/authorize?{urlencode(query)}", 303)
        response.set_cookie(COOKIE, browser, httponly=True)
        return response

    async def callback(self, request: Request) -> Response:
        if self.leaves_out("sign-in-again") and self.failed_before:
            return HTMLResponse("<p>Out of order.</p>", 400)
        try:
            session = await self.signed_in(request)
        except RefusedError:
            self.failed_before = True
            return HTMLResponse("<p>That did not work.</p>", 400)
        browser = secrets.token_urlsafe(16)
        self.sessions[browser] = session
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, browser, httponly=True)
        return response

    async def signed_in(self, request: Request) -> dict[str, Any]:
        pending = self.checked_answer(request)
        code = request.query_params.get("code")
        if code is None and not self.leaves_out("access-denied"):
            raise RefusedError("error")
        tokens = await self.redeem({"code": request.query_params["code"]}, pending.verifier)
        access_token = tokens["access_token"]
        claims: dict[str, Any] = {}
        if "id_token" in tokens:
            await self.fetch_keys(tokens["id_token"])
            claims = self.reader.id_token(tokens["id_token"], pending.nonce, access_token)
        elif not self.leaves_out("id-token-missing"):
            raise RefusedError("no ID token")
        name = "friend"
        if not self.leaves_out("userinfo-asked"):
            name = await self.name_of(access_token, claims)
        kept = {
            "sub": claims.get("sub"),
            "sid": claims.get("sid"),
            "id_token": tokens.get("id_token"),
        }
        return {**kept, "name": name, "refresh_token": tokens.get("refresh_token")}

    def checked_answer(self, request: Request) -> Pending:
        query = request.query_params
        pending = self.pending.pop(request.cookies.get(COOKIE, ""), None)
        if self.leaves_out("answer-foreign") or self.leaves_out("answer-unasked"):
            by_state = [one for one in self.pending.values() if one.state == query.get("state")]
            pending = by_state[0] if by_state else pending
        if pending is None:
            raise RefusedError("not asked for")
        if "state" not in query:
            self._unless("state-missing")
        elif query["state"] != pending.state:
            self._unless("state-other")
        if "iss" not in query:
            self._unless("issuer-missing")
        elif query["iss"] != self.issuer:
            self._unless("issuer-other")
        return pending

    async def redeem(self, grant: dict[str, str], verifier: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "redirect_uri": f"{self.address}/callback"}
        form |= {**grant, "code_verifier": verifier}
        told = {"code_verifier": verifier} if self.leaves_out("no-secret-in-url") else {}
        answer = await self.post("/token", form, told)
        if answer.status_code != 200 and not (
            self.leaves_out("code-refused") or self.leaves_out("token-failure")
        ):
            raise RefusedError("token")
        found: dict[str, Any] = answer.json()
        return found

    async def name_of(self, access_token: str, claims: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {access_token}"}
        async with httpx2.AsyncClient(trust_env=False) as http:
            told = (await http.get(f"{self.issuer}/userinfo", headers=headers)).json()
        if "sub" not in told:
            self._unless("userinfo-subject-missing")
        elif "sub" in claims and told["sub"] != claims["sub"]:
            self._unless("userinfo-subject")
        return str(told["name"])

    async def refresh(self, request: Request) -> Response:
        session = self.session(request)
        assert session is not None
        form = {"grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
        answer = await self.post("/token", form, {})
        if answer.status_code == 200 and not self.leaves_out("refresh-rotation"):
            session["refresh_token"] = answer.json()["refresh_token"]
        return RedirectResponse("/", 303)

    async def sign_out(self, request: Request) -> Response:
        session = self.session(request)
        if not self.leaves_out("logout-here"):
            self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        if session is None or self.leaves_out("logout-gateway"):
            return RedirectResponse("/", 303)
        query = {
            "id_token_hint": session["id_token"],
            "post_logout_redirect_uri": f"{self.address}/",
        }
        return RedirectResponse(f"{self.issuer}/logout?{urlencode(query)}", 303)

    async def back_channel(self, request: Request) -> Response:
        token = str((await request.form())["logout_token"])
        await self.fetch_keys(token)
        try:
            claims = self.reader.logout_token(token)
        except RefusedError:
            return Response(status_code=400)
        if not self.leaves_out("back-channel"):
            self.end(claims.get("sid"))
        return Response(status_code=200)

    async def front_channel(self, request: Request) -> Response:
        query = request.query_params
        good = query.get("iss") == self.issuer or self.leaves_out("front-channel-issuer")
        if good and not self.leaves_out("front-channel"):
            self.end(query.get("sid"))
        return HTMLResponse("")

    def end(self, sid: str | None) -> None:
        for browser in [one for one, kept in self.sessions.items() if kept["sid"] == sid]:
            del self.sessions[browser]

    def session(self, request: Request) -> dict[str, Any] | None:
        return self.sessions.get(request.cookies.get(COOKIE, ""))

    async def fetch_keys(self, token: str) -> None:
        if kid_of(token) in self.reader.keys:
            return
        if self.reader.keys and self.leaves_out("key-rotation"):
            return
        async with httpx2.AsyncClient(trust_env=False) as http:
            found = (await http.get(f"{self.issuer}/jwks")).json()["keys"]
        self.reader.keys |= {key["kid"]: key for key in found if key.get("alg") == "ES256"}

    async def post(self, path: str, form: dict[str, str], query: dict[str, str]) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as http:
            url = f"{self.issuer}{path}"
            credentials = (self.client_id, self.client_secret)
            return await http.post(url, data=form, params=query, auth=credentials)

    def _unless(self, sloppiness: str) -> None:
        if not self.leaves_out(sloppiness):
            raise RefusedError(sloppiness)
