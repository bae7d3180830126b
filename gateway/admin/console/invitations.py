"""An invitation's page: whoever has the link sets how they sign in, and is in.

The link is a secret: its pages tell no other site where they were (Referrer-Policy), and no log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.caller import is_admitted
from gateway.admin.console.visit import Desk
from gateway.errors import BadRequest, Conflict, InvalidField
from gateway.operators.enrolment import EnrolmentFault, NotEnrolled
from gateway.operators.model import Operator
from gateway.operators.passwords import TooBusy
from gateway.operators.sessions import Method
from gateway.operators.totp import qr_svg
from gateway.tenants.registry import find_tenant
from gateway.web.arrival import arrival_of
from gateway.web.errors import PageRoute
from gateway.web.json import NO_STORE
from gateway.web.languages import Language, choose_language
from gateway.web.parameters import form_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

_NO_REFERRER = "no-referrer"
_IMAGE = {
    **NO_STORE,
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": _NO_REFERRER,
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Problem:
    """At which of the two ways, and at which field of it."""

    word: str
    """`invited_told_` + word is its text."""
    field: str
    status: int = 422


class InvitationPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._door = desk.house.door

    def routes(self) -> list[Route]:
        link = "/invitations/{token}"
        return [
            PageRoute(link, self.show, methods=["GET"]),
            Route(f"{link}/qr.svg", self.picture, methods=["GET"]),
            PageRoute(f"{link}/password", self.with_password, methods=["POST"]),
            Route(f"{link}/passkey", self.passkey_options, methods=["POST"]),
            PageRoute(f"{link}/passkey/answer", self.with_passkey, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self._desk.house.clock())

    async def picture(self, request: Request) -> Response:
        """The codes' secret, for a phone to look at."""
        token, now = _token(request), self._desk.house.clock()
        offered = await self._door.enrolment.offer_secret(token, now)
        if offered is None or await self._shut_out(request, now):
            return Response(status_code=404, headers=_IMAGE)
        return Response(qr_svg(offered.uri), headers=_IMAGE, media_type="image/svg+xml")

    async def passkey_options(self, request: Request) -> Response:
        """For the page's script: what the authenticator has to make."""
        check_same_origin(request)
        enrolment, now = self._door.enrolment, self._desk.house.clock()
        options = await enrolment.passkey_options(_token(request), now)
        if options is None or await self._shut_out(request, now):
            return Response(status_code=404, headers=NO_STORE)
        return Response(options, headers=NO_STORE, media_type="application/json")

    async def with_passkey(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        now = self._desk.house.clock()
        name = form.get("name", "")
        if "answer" not in form:
            raise BadRequest("the passkey's answer is missing")
        if await self._shut_out(request, now):
            return await self._page(request, now)
        try:
            found = await self._door.enrolment.with_passkey(
                _token(request), form["answer"], name, arrival_of(request), now
            )
        except InvalidField:
            return await self._page(request, now, _Problem("name", "name"), name=name)
        except Conflict:
            return await self._page(request, now, _Problem("registered", "passkey", 409), name=name)
        return await self._concluded(request, found, Method.PASSKEY, now, name)

    async def with_password(self, request: Request) -> Response:
        check_same_origin(request)
        form = await form_parameters(request)
        now, password = self._desk.house.clock(), form.get("password", "")
        if await self._shut_out(request, now):
            return await self._page(request, now)
        if password != form.get("password_again", ""):
            return await self._page(request, now, _Problem("differ", "password_again"))
        try:
            found = await self._door.enrolment.with_password(
                _token(request), password, form.get("code", ""), arrival_of(request), now
            )
        except TooBusy:
            return await self._page(request, now, _Problem("busy", "way", 503))
        return await self._concluded(request, found, Method.PASSWORD_TOTP, now)

    async def _shut_out(self, request: Request, now: datetime) -> bool:
        """A link is good where its operator's allow-list lets them be, and nowhere else."""
        operator = await self._door.enrolment.invited(_token(request), now)
        house = self._desk.house
        return operator is not None and not await is_admitted(house, operator, request, now)

    async def _concluded(
        self,
        request: Request,
        found: Operator | NotEnrolled,
        method: Method,
        now: datetime,
        name: str = "",
    ) -> Response:
        if isinstance(found, NotEnrolled):
            return await self._page(request, now, _problem_of(found), name=name)
        response = see_other("/admin")
        await self._door.sessions.open(request, response, found.operator_id, method, now)
        return response

    async def _page(
        self, request: Request, now: datetime, problem: _Problem | None = None, *, name: str = ""
    ) -> Response:
        token = _token(request)
        operator = await self._door.enrolment.invited(token, now)
        offered = await self._door.enrolment.offer_secret(token, now)
        if operator is None or offered is None:
            return self._render(request, "invitation_over.html", status=404)
        if await self._shut_out(request, now):
            return self._render(request, "invitation_elsewhere.html", status=403)
        return self._render(
            request,
            "invitation.html",
            status=200 if problem is None else problem.status,
            token=token,
            invited=operator,
            whose=await self._tenant_name(request, operator),
            secret=offered.secret,
            name=name,
            problem=problem,
        )

    async def _tenant_name(self, request: Request, operator: Operator) -> str | None:
        if operator.tenant_id is None:
            return None
        async with self._desk.house.records.reading() as connection:
            tenant = await find_tenant(connection, operator.tenant_id)
        japanese = choose_language(request) is Language.JA
        return tenant.name_ja if japanese else tenant.name_en

    def _render(self, request: Request, template: str, *, status: int, **values: Any) -> Response:
        return self._desk.pages.render(
            request,
            f"admin/{template}",
            status=status,
            referrer_policy=_NO_REFERRER,
            **values,
        )


def _problem_of(found: NotEnrolled) -> _Problem:
    """A link that is not good any more is told by the page itself."""
    if found.reason is EnrolmentFault.INVALID_PASSKEY:
        return _Problem("invalid_passkey", "passkey")
    field = "code" if found.reason is EnrolmentFault.WRONG_CODE else "password"
    return _Problem(found.reason.value, field)


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    return token
