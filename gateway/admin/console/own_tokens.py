"""One's own API tokens: made, shown once, ended."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.tokens import NewToken
from gateway.admin.console.visit import Desk, Visit, to_body
from gateway.errors import Conflict, InvalidField
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_FIELDS = frozenset({"name", "days"})


class OwnTokenPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/account/new-token", self.ask, methods=["GET"]),
            PageRoute("/account/tokens", self.make, methods=["POST"]),
            PageRoute("/account/tokens/{token_id}/end", self.end, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        visit.need_presence()
        return _page(visit, {"days": "30"})

    async def make(self, request: Request) -> Response:
        """The answer is the one page that ever shows it."""
        visit = await self._desk.visit(request)
        form = await visit.form()
        try:
            made = await visit.call("make_token", body=to_body(form, NewToken))
        except InvalidField as refusal:
            return _page(visit, form, field=refusal.field, status=422)
        except Conflict:
            return _page(visit, form, told="token_too_many", status=409)
        return visit.render("token_made.html", made=made.value)

    async def end(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        await visit.call("end_token")
        return see_other("/admin/account?done=token_ended")


def _page(
    visit: Visit,
    form: Mapping[str, str],
    *,
    field: str | None = None,
    told: str | None = None,
    status: int = 200,
) -> Response:
    """An error that has no field of its own here is the name's: nothing else can be typed."""
    at = field if field in _FIELDS else "name"
    return visit.render(
        "token_new.html",
        status=status,
        form=form,
        errors={} if status != 422 else {at: visit.say(f"token_error_{at}")},
        told=None if told is None else visit.say(told),
    )
