"""Before a dangerous deed: whoever is signed in proves again who they are."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.account import Me
from gateway.admin.console.visit import Desk, Visit
from gateway.admin.console.ways import BUSY, local_path, refusal_of
from gateway.errors import BadRequest, SignInNeeded
from gateway.operators.attempt import Authenticated, Refused
from gateway.operators.passwords import TooBusy
from gateway.operators.sessions import OperatorSession
from gateway.web.arrival import arrival_of
from gateway.web.errors import PageRoute
from gateway.web.json import NO_STORE
from gateway.web.parameters import query_parameters
from gateway.web.redirect import see_other


class AgainPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._door = desk.house.door

    def routes(self) -> list[Route]:
        return [
            PageRoute("/again", self.ask, methods=["GET"]),
            PageRoute("/again", self.with_password, methods=["POST"]),
            Route("/again/passkey", self.passkey_options, methods=["POST"]),
            PageRoute("/again/passkey/answer", self.with_passkey, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        visit, _ = await self._visit(request)
        return await self._page(visit, local_path(query_parameters(request).get("to")))

    async def with_password(self, request: Request) -> Response:
        visit, _ = await self._visit(request)
        form = await visit.form()
        to = local_path(form.get("to"))
        try:
            found = await self._door.reauthentication.with_password(
                visit.operator,
                form.get("password", ""),
                form.get("code", ""),
                arrival_of(request),
                visit.now,
            )
        except TooBusy:
            return await self._page(visit, to, **BUSY)
        return await self._concluded(visit, found, to)

    async def passkey_options(self, request: Request) -> Response:
        """For the page's script: what the authenticator has to sign."""
        _, session = await self._visit(request)
        options = await self._door.reauthentication.passkey_options(session)
        return Response(options, headers=NO_STORE, media_type="application/json")

    async def with_passkey(self, request: Request) -> Response:
        visit, session = await self._visit(request)
        form = await visit.form()
        if "answer" not in form:
            raise BadRequest("the passkey's answer is missing")
        found = await self._door.reauthentication.with_passkey(
            visit.operator, session, form["answer"], arrival_of(request), visit.now
        )
        return await self._concluded(visit, found, local_path(form.get("to")))

    async def _visit(self, request: Request) -> tuple[Visit, OperatorSession]:
        """Of whoever came with a session: a token has nobody who could prove anything, and makes
        no session that is sent beside it fresh."""
        visit = await self._desk.visit(request, before_notice=True)
        session = await self._door.sessions.current(request, visit.now)
        if session is None or session.session_id != visit.caller.session_id:
            raise SignInNeeded
        return visit, session

    async def _concluded(self, visit: Visit, found: Authenticated | Refused, to: str) -> Response:
        if isinstance(found, Refused):
            return await self._page(visit, to, **refusal_of(found))
        return await self._refreshed(visit.request, found, to, visit.now)

    async def _refreshed(
        self, request: Request, found: Authenticated, to: str, now: datetime
    ) -> Response:
        response = see_other(to)
        sessions = self._door.sessions
        if await sessions.reauthenticated(request, response, found.method, now) is None:
            return see_other(f"/admin/sign-in?to={quote(to)}")
        return response

    async def _page(
        self,
        visit: Visit,
        to: str,
        *,
        status: int = 200,
        told: str | None = None,
        wait: int | None = None,
    ) -> Response:
        me: Me = (await visit.call("who_am_i")).value
        passkeys: tuple[Any, ...] = (await visit.call("list_passkeys")).value
        return visit.render(
            "again.html",
            status=status,
            to=to,
            told=told,
            wait=wait,
            has_passkey=bool(passkeys),
            has_password=me.has_password,
        )
