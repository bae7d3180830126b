"""Signing in to the console: a passkey, or a password and then a code; and out again."""

from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.caller import is_admitted
from gateway.admin.console.visit import Desk
from gateway.admin.console.ways import BUSY, local_path, refusal_of
from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import operator_actor, origin_of
from gateway.errors import BadRequest
from gateway.operators.attempt import Authenticated, Refused
from gateway.operators.passwords import TooBusy
from gateway.operators.registry import find_operator
from gateway.web.arrival import arrival_of
from gateway.web.errors import PageRoute
from gateway.web.json import NO_STORE
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

# What may have been done on the page before, after which one has to sign in.
_DONE = frozenset({"password_changed", "signed_out_everywhere"})


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
        query = query_parameters(request)
        done = query.get("done")
        return self._page(
            request, to=local_path(query.get("to")), done=done if done in _DONE else None
        )

    async def with_password(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        to, login_name = local_path(form.get("to")), form.get("login_name", "")
        try:
            found = await self._door.sign_in.with_password(
                login_name, form.get("password", ""), arrival_of(request), self._house.clock()
            )
        except TooBusy:
            return self._page(request, to=to, login_name=login_name, **BUSY)
        if isinstance(found, Refused):
            return self._page(request, to=to, login_name=login_name, **refusal_of(found))
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
            return self._code_page(request, to=to, **refusal_of(found))
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
            return self._page(request, to=to, **refusal_of(found))
        return await self._opened(request, found, to, now)

    async def sign_out(self, request: Request) -> Response:
        check_same_origin(request)
        now, response = self._house.clock(), see_other("/admin/sign-in")
        session = await self._door.sessions.current(request, now)
        if session is not None:
            await self._note_sign_out(request, session.operator_id, now)
        await self._door.sessions.end(request, response)
        return response

    async def _note_sign_out(self, request: Request, operator_id: str, now: datetime) -> None:
        async with self._house.records.writing() as connection:
            operator = await find_operator(connection, operator_id)
            tenant_id = None if operator is None else operator.tenant_id
            deed = _entry(request, operator_id, tenant_id, "operator.signed_out", Outcome.DONE, now)
            await self._house.audit.write(connection, deed)

    async def _opened(
        self, request: Request, found: Authenticated, to: str, now: datetime
    ) -> Response:
        """`now` is before the sign-in: whoever was shut out meanwhile stays out."""
        if not await is_admitted(self._house, found.operator, request, now):
            await self._note_elsewhere(request, found, now)
            return self._page(request, to=to, told="elsewhere", status=403)
        response = see_other(to)
        await self._door.sessions.open(
            request, response, found.operator.operator_id, found.method, now
        )
        return response

    async def _note_elsewhere(self, request: Request, found: Authenticated, now: datetime) -> None:
        """That they were who they said stands in the log already: not that they did not get in."""
        operator = found.operator
        entry = _entry(
            request,
            operator.operator_id,
            operator.tenant_id,
            "operator.refused",
            Outcome.REFUSED,
            now,
            method=found.method.value,
            reason="elsewhere",
        )
        await self._house.audit.record(entry)

    def _page(
        self,
        request: Request,
        *,
        to: str,
        login_name: str = "",
        told: str | None = None,
        wait: int | None = None,
        done: str | None = None,
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
            done=done,
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


def _entry(
    request: Request,
    operator_id: str,
    tenant_id: str | None,
    deed: str,
    outcome: Outcome,
    now: datetime,
    **detail: str,
) -> Entry:
    return Entry(
        now,
        LogKind.AUTHENTICATION,
        deed,
        outcome,
        origin_of(request, operator_actor(operator_id)),
        tenant_id=tenant_id,
        detail=detail,
    )
