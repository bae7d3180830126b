"""One's own account: who I am, what I may do, my password, my sessions."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.account import NewPassword
from gateway.admin.console.rights import rights_of
from gateway.admin.console.visit import Desk, Visit
from gateway.errors import BadRequest, Conflict, InvalidField
from gateway.operators.passwords import fault_in
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


class AccountPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/account", self.show, methods=["GET"]),
            PageRoute("/account/password", self.ask_password, methods=["GET"]),
            PageRoute("/account/password", self.change_password, methods=["POST"]),
            PageRoute("/account/sign-out", self.sign_out_everywhere, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request, before_notice=True)
        operator = visit.operator
        return visit.render(
            "account.html",
            me=(await visit.call("who_am_i")).value,
            rights=rights_of(operator.role, operator.tenant_id),
            passkeys=(await visit.call("list_passkeys")).value,
            tokens=(await visit.call("list_tokens")).value,
        )

    async def ask_password(self, request: Request) -> Response:
        visit = await self._desk.visit(request, before_notice=True)
        visit.need_presence()
        return _password_page(visit)

    async def change_password(self, request: Request) -> Response:
        """Whoever changed it signs in with it: it is known then that they know it."""
        visit = await self._desk.visit(request, before_notice=True)
        form = await visit.form()
        errors = _errors_in(visit, form)
        if errors:
            return _password_page(visit, errors, status=422)
        try:
            await visit.call("change_password", body=NewPassword(password=form["password"]))
        except InvalidField as refusal:
            return _password_page(visit, {refusal.field: refusal.description}, status=422)
        except Conflict:
            return _password_page(visit, told="account_no_password", status=409)
        except BadRequest as refusal:
            return _password_page(visit, told="sign_in_told_busy", status=refusal.status)
        return see_other("/admin/sign-in?done=password_changed")

    async def sign_out_everywhere(self, request: Request) -> Response:
        visit = await self._desk.visit(request, before_notice=True)
        await visit.call("end_sessions")
        return see_other("/admin/sign-in?done=signed_out_everywhere")


def _errors_in(visit: Visit, form: Mapping[str, str]) -> Mapping[str, str]:
    """What the endpoint would say too, in the reader's language."""
    password = form.get("password", "")
    fault = fault_in(password, visit.operator.login_name)
    if fault is not None:
        return {"password": visit.say(f"invited_told_{fault}")}
    if password != form.get("password_again"):
        return {"password_again": visit.say("invited_told_differ")}
    return {}


def _password_page(
    visit: Visit,
    errors: Mapping[str, str] | None = None,
    *,
    told: str | None = None,
    status: int = 200,
) -> Response:
    return visit.render(
        "account_password.html",
        status=status,
        errors=errors or {},
        told=None if told is None else visit.say(told),
    )
