"""The one place where errors become responses: JSON for programs, a plain page for people."""

import math
from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.errors import BadRequest, NoSuchThing, OAuthError, TooManyRequests
from gateway.web.arrival import arrival_of
from gateway.web.challenges import challenge_of, status_of
from gateway.web.failures import log_failure
from gateway.web.json import json_response
from gateway.web.pages import Pages
from gateway.web.route_template import FOR_PEOPLE

Handler = Callable[[Request, Exception], Awaitable[Response]]


class PageRoute(Route):
    """A route whose errors are read by a person in a browser."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[FOR_PEOPLE] = True
        await super().handle(scope, receive, send)


def exception_handlers(
    pages: Pages, resource_metadata: str | None = None
) -> dict[type[Exception] | int, Handler]:
    """For Starlette's `exception_handlers`; found by the exception's class hierarchy.
    `resource_metadata`: where it is told which access tokens are good here."""

    async def oauth_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, OAuthError)  # noqa: S101 - registered for this class only
        if request.scope.get(FOR_PEOPLE):
            return _page(pages, request, error.status, error.description)
        challenge = challenge_of(request, error, resource_metadata)
        body = _body(error.error, error.description)
        return json_response(body, status_of(request, error), challenge)

    async def bad_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, BadRequest)  # noqa: S101 - registered for this class only
        if request.scope.get(FOR_PEOPLE):
            return _page(pages, request, error.status, error.description)
        return json_response(_body("invalid_request", error.description), error.status)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error")
        if request.scope.get(FOR_PEOPLE) or "text/html" in request.headers.get("accept", ""):
            return _page(pages, request, error.status_code, code, error.headers)
        return json_response(_body(code, error.detail), error.status_code, error.headers)

    async def not_there(request: Request, _: Exception) -> Response:
        return await http_error(request, HTTPException(404))

    async def bug(request: Request, error: Exception) -> Response:
        request_id = log_failure(request, error)
        if request.scope.get(FOR_PEOPLE):
            return _page(pages, request, 500, "server_error", request_id=request_id)
        return json_response(
            {**_body("server_error", "something went wrong"), "id": request_id}, 500
        )

    return {
        OAuthError: oauth_error,
        BadRequest: bad_request,
        TooManyRequests: too_many_requests(pages),
        ClientDisconnect: _broken_off,
        HTTPException: http_error,
        NoSuchThing: not_there,
        Exception: bug,
    }


def too_many_requests(pages: Pages) -> Handler:
    """For whoever answers before there is a route, too."""

    async def too_many(request: Request, error: Exception) -> Response:
        """RFC 6749 §4.1.2.1's word: clients know that it passes. §5.2 has none for it."""
        assert isinstance(error, TooManyRequests)  # noqa: S101 - registered for this class only
        wait = max(1, math.ceil(error.wait.total_seconds()))
        told = {"Retry-After": str(wait)}
        if request.scope.get(FOR_PEOPLE):
            number = arrival_of(request).request_id
            return _page(pages, request, 429, "", told, request_id=number, wait=wait)
        description = "too many requests; Retry-After says when to come again"
        return json_response(_body("temporarily_unavailable", description), 429, told)

    return too_many


async def _broken_off(_: Request, __: Exception) -> Response:
    """Whoever sent it has most likely gone. That is their affair and no failure of ours."""
    return json_response(_body("invalid_request", "the request broke off"), 400)


def _body(error: str, description: str) -> dict[str, object]:
    return {"error": error, "error_description": description}


def _page(
    pages: Pages,
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    request_id: str | None = None,
    wait: int = 0,
) -> Response:
    kind = status if status in (404, 405, 413, 429, 500) else 400
    return pages.render(
        request,
        "error.html",
        status=status,
        headers=headers,
        kind=kind,
        detail=detail,
        request_id=request_id,
        wait=wait,
    )
