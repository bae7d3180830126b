"""On to another page of this site, after a POST too (RFC 9110 §15.4.4)."""

from starlette.responses import RedirectResponse, Response


def see_other(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
