"""The frame that services' pages ask whether the sign-in has changed (OpenID Connect Session
Management 1.0 §3.2). Not there unless the settings ask for it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.oidc.provider import Provider

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title>'
    '<script src="/static/check_session.js"></script></html>'
)
# Any site may put this one page into a frame: it shows nothing, and tells who does not hold a
# session_state of ours nothing.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors *"
    ),
    "Cache-Control": "public, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class CheckSession:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        if not self._provider.settings.oidc.session_management:
            return []
        return [Route("/check-session", self.show, methods=["GET"], name="check_session")]

    async def show(self, _: Request) -> Response:
        return Response(_PAGE, headers=_HEADERS, media_type="text/html")
