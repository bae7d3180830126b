"""What stops a page, as a person sees it: the way to sign in, the notice, or a plain page."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gateway.admin.console.visit import Desk
from gateway.errors import (
    Conflict,
    InvalidField,
    NoSuchThing,
    NotAllowed,
    NoticeNeeded,
    PreconditionNeeded,
    ReauthenticationNeeded,
    SignInNeeded,
    StaleVersion,
)
from gateway.web.errors import exception_handlers
from gateway.web.redirect import see_other

Handler = Callable[[Request, Exception], Awaitable[Response]]

_STATUS: Mapping[type[Exception], tuple[int, str]] = {
    NotAllowed: (403, "not_allowed"),
    NoSuchThing: (404, "not_found"),
    StaleVersion: (412, "stale_version"),
    PreconditionNeeded: (428, "stale_version"),
    Conflict: (409, "conflict"),
    InvalidField: (422, "invalid_field"),
}


def console_handlers(desk: Desk) -> dict[type[Exception] | int, Handler]:
    """For Starlette's `exception_handlers`. A form's own refusals (Conflict, InvalidField) are
    shown at the form; here end those that had none."""

    async def sign_in_needed(request: Request, _: Exception) -> Response:
        return see_other(f"/admin/sign-in?to={quote(_here(desk, request))}")

    async def again(request: Request, _: Exception) -> Response:
        return see_other(f"/admin/again?to={quote(_here(desk, request))}")

    async def notice_needed(request: Request, _: Exception) -> Response:
        return see_other(f"/admin/notice?to={quote(_here(desk, request))}")

    async def told(request: Request, error: Exception) -> Response:
        status, word = _STATUS[type(error)]
        return desk.pages.render(
            request, "admin/told.html", status=status, word=word, detail=str(error)
        )

    return {
        **exception_handlers(desk.pages),
        SignInNeeded: sign_in_needed,
        ReauthenticationNeeded: again,
        NoticeNeeded: notice_needed,
        **dict.fromkeys(_STATUS, told),
    }


def _here(desk: Desk, request: Request) -> str:
    """The page to come back to; after a form, the page it was on."""
    if request.method != "GET":
        referer, origin = request.headers.get("referer", ""), desk.house.settings.server.issuer
        page = referer.removeprefix(f"{origin}/")
        return "/admin" if page == referer else f"/{page}"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
