"""Cookies: host-only, HttpOnly, SameSite=Lax; `__Host-` and Secure wherever the issuer is HTTPS."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Cookies:
    secure: bool
    """False only for plain HTTP on this machine, where a browser keeps no Secure cookie."""

    def get(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self._full(name))

    def set(self, response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
        response.set_cookie(
            self._full(name),
            value,
            max_age=max_age,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response, name: str) -> None:
        response.delete_cookie(
            self._full(name), path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def _full(self, name: str) -> str:
        # RFC 6265bis §4.1.3.2: `__Host-` keeps sub-domains and plain HTTP from planting one.
        return f"__Host-{name}" if self.secure else name
