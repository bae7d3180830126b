"""Signing in to the console: a passkey, or a password and then a code; and out again."""

import math
from datetime import datetime
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.console.visit import Desk
from gateway.errors import BadRequest
from gateway.operators.attempt import Authenticated, Refused
from gateway.operators.passwords import TooBusy
from gateway.web.arrival import arrival_of
from gateway.web.errors import PageRoute
from gateway.web.json import NO_STORE
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

HOME = "/admin"
_BUSY = "busy"


class SignInPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._house = desk.house
        self._door = desk.house.door

    def routes(self) -> list[Route]:
        return [
            PageRoute("/sign-in", self.ask, methods=["GET"]),
            PageRoute("/sign-in", self.with_password, methods=["POST"]),
            PageRoute("/sign-in/code", self.ask_code, methods=["GET"]),
            PageRoute("/sign-in/code", self.with_code, methods=["POST"]),
            Route("/sign-in/passkey", self.passkey_options, methods=["POST"]),
            PageRoute("/sign-in/passkey/answer", self.with_passkey, methods=["POST"]),
            PageRoute("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        return self._page(request, to=local_path(query_parameters(request).get("to")))

    async def with_password(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        to, login_name = local_path(form.get("to")), form.get("login_name", "")
        try:
            found = await self._door.sign_in.with_password(
                login_name, form.get("password", ""), arrival_of(request), self._house.clock()
            )
        except TooBusy:
            return self._page(request, to=to, login_name=login_name, told=_BUSY, status=503)
        if isinstance(found, Refused):
            return self._refused(request, found, to=to, login_name=login_name)
        response = see_other(f"/admin/sign-in/code?to={quote(to)}")
        await self._door.half_sessions.begin(response, found)
        return response

    async def ask_code(self, request: Request) -> Response:
        to = local_path(query_parameters(request).get("to"))
        if await self._door.half_sessions.current(request) is None:
            return see_other(f"/admin/sign-in?to={quote(to)}")
        return self._code_page(request, to=to)

    async def with_code(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        to = local_path(form.get("to"))
        half = await self._door.half_sessions.current(request)
        if half is None:
            return see_other(f"/admin/sign-in?to={quote(to)}")
        now = self._house.clock()
        found = await self._door.sign_in.with_code(
            half, form.get("code", ""), arrival_of(request), now
        )
        if isinstance(found, Refused):
            wait = _seconds(found)
            return self._code_page(request, to=to, told=found.reason, wait=wait, status=403)
        response = await self._opened(request, found, to, now)
        await self._door.half_sessions.end(request, response)
        return response

    async def passkey_options(self, request: Request) -> Response:
        """For the page's script: what the authenticator has to sign."""
        check_same_origin(request)
        holder, fresh = self._desk.browsers.recognise(request)
        options = await self._door.sign_in.passkey_options(holder)
        response = Response(options, headers=NO_STORE, media_type="application/json")
        if fresh is not None:
            self._desk.browsers.remember(response, fresh)
        return response

    async def with_passkey(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        to, holder = local_path(form.get("to")), self._desk.browsers.holder(request)
        if holder is None or "answer" not in form:
            raise BadRequest("the passkey's answer is missing")
        now = self._house.clock()
        found = await self._door.sign_in.with_passkey(
            form["answer"], holder, arrival_of(request), now
        )
        if isinstance(found, Refused):
            return self._refused(request, found, to=to)
        return await self._opened(request, found, to, now)

    async def sign_out(self, request: Request) -> Response:
        check_same_origin(request)
        response = see_other("/admin/sign-in")
        await self._door.sessions.end(request, response)
        return response

    async def _opened(
        self, request: Request, found: Authenticated, to: str, now: datetime
    ) -> Response:
        """`now` is before the sign-in: whoever was shut out meanwhile stays out."""
        response = see_other(to)
        await self._door.sessions.open(
            request, response, found.operator.operator_id, found.method, now
        )
        return response

    def _refused(
        self, request: Request, found: Refused, *, to: str, login_name: str = ""
    ) -> Response:
        return self._page(
            request,
            to=to,
            login_name=login_name,
            told=found.reason,
            wait=_seconds(found),
            status=403,
        )

    def _page(
        self,
        request: Request,
        *,
        to: str,
        login_name: str = "",
        told: str | None = None,
        wait: int | None = None,
        status: int = 200,
    ) -> Response:
        return self._desk.pages.render(
            request,
            "admin/sign_in.html",
            status=status,
            to=to,
            login_name=login_name,
            told=told,
            wait=wait,
        )

    def _code_page(
        self,
        request: Request,
        *,
        to: str,
        told: str | None = None,
        wait: int | None = None,
        status: int = 200,
    ) -> Response:
        return self._desk.pages.render(
            request, "admin/sign_in_code.html", status=status, to=to, told=told, wait=wait
        )


def local_path(to: str | None) -> str:
    """Where to go on: a page of the console, and nowhere else."""
    if to is None or not to.startswith("/admin") or not to.isprintable() or "\\" in to:
        return HOME
    parts = urlsplit(to)
    return HOME if parts.scheme or parts.netloc else to


def _seconds(found: Refused) -> int | None:
    after = found.retry_after
    return None if after is None else math.ceil(after.total_seconds())
