"""One's own passkeys: added, named, removed."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.passkeys import NewPasskey, PasskeyName, PasskeyView
from gateway.admin.console.visit import Desk, Refusal, Visit, to_body
from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.web.errors import PageRoute
from gateway.web.json import json_response
from gateway.web.redirect import see_other

_HOME = "/admin/account"


class OwnPasskeyPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        all_of_them, one = "/account/passkeys", "/account/passkeys/{passkey_id}"
        return [
            PageRoute("/account/new-passkey", self.ask, methods=["GET"]),
            Route("/account/new-passkey/options", self.options, methods=["POST"]),
            PageRoute(all_of_them, self.add, methods=["POST"]),
            PageRoute(one, self.show, methods=["GET"]),
            PageRoute(one, self.rename, methods=["POST"]),
            PageRoute(f"{one}/removal", self.ask_removal, methods=["GET"]),
            PageRoute(f"{one}/removal", self.remove, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        visit = await self._visit(request)
        visit.need_presence()
        return visit.render("passkey_new.html", name="", problem=None)

    async def options(self, request: Request) -> Response:
        """For the page's script: what the authenticator has to make."""
        visit = await self._visit(request)
        return json_response((await visit.call("ask_for_passkey")).value)

    async def add(self, request: Request) -> Response:
        visit = await self._visit(request)
        form = await visit.form()
        try:
            await visit.call("add_passkey", body=to_body(form, NewPasskey))
        except (InvalidField, Conflict) as refusal:
            return visit.render(
                "passkey_new.html",
                status=_status(refusal),
                name=form.get("name", ""),
                problem="passkey" if isinstance(refusal, Conflict) else refusal.field,
            )
        return see_other(f"{_HOME}?done=passkey_added")

    async def show(self, request: Request) -> Response:
        visit = await self._visit(request)
        passkey = await _one(visit)
        return visit.render("passkey.html", passkey=passkey, name=passkey.name, wrong=False)

    async def rename(self, request: Request) -> Response:
        visit = await self._visit(request)
        form = await visit.form()
        try:
            await visit.call("rename_passkey", body=to_body(form, PasskeyName))
        except InvalidField:
            passkey, name = await _one(visit), form.get("name", "")
            return visit.render("passkey.html", status=422, passkey=passkey, name=name, wrong=True)
        return see_other(f"{_HOME}?done=passkey_renamed")

    async def ask_removal(self, request: Request) -> Response:
        visit = await self._visit(request)
        visit.need_presence()
        return visit.render("passkey_removal.html", passkey=await _one(visit), stays=False)

    async def remove(self, request: Request) -> Response:
        visit = await self._visit(request)
        try:
            await visit.call("remove_passkey")
        except Conflict:
            passkey = await _one(visit)
            return visit.render("passkey_removal.html", status=409, passkey=passkey, stays=True)
        return see_other(f"{_HOME}?done=passkey_removed")

    async def _visit(self, request: Request) -> Visit:
        return await self._desk.visit(request, before_notice=True)


async def _one(visit: Visit) -> PasskeyView:
    own: Sequence[PasskeyView] = (await visit.call("list_passkeys")).value
    for passkey in own:
        if passkey.passkey_id == visit.request.path_params["passkey_id"]:
            return passkey
    raise NoSuchThing


def _status(refusal: Refusal) -> int:
    return 422 if isinstance(refusal, InvalidField) else 409
