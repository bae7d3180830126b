"""Which browser this is: challenges are bound to it, so that nobody signs in somebody else's."""

import hashlib
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.cookies import Cookies

COOKIE = "genkan_browser"


@dataclass(frozen=True, slots=True)
class Browsers:
    cookies: Cookies

    def holder(self, request: Request) -> str | None:
        """As a challenge's holder; None for a browser that was never here."""
        value = self.cookies.get(request, COOKIE)
        return None if value is None else _holder(value)

    def recognise(self, request: Request) -> tuple[str, str | None]:
        """The holder, and the value to remember where it is new."""
        known = self.holder(request)
        if known is not None:
            return known, None
        value = secrets.token_urlsafe(32)
        return _holder(value), value

    def remember(self, response: Response, value: str) -> None:
        self.cookies.set(response, COOKIE, value)


def _holder(value: str) -> str:
    return "browser:" + hashlib.sha256(value.encode()).hexdigest()
