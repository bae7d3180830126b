"""Errors as problem details (RFC 9457): the one place where the API's errors become responses."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.errors import (
    BadRequest,
    Conflict,
    InvalidField,
    InvalidRequest,
    NoSuchThing,
    NotAllowed,
    NoticeNeeded,
    PreconditionNeeded,
    ReauthenticationNeeded,
    SignInNeeded,
    StaleVersion,
)
from gateway.web.failures import log_failure
from gateway.web.json import NO_STORE

Handler = Callable[[Request, Exception], Awaitable[Response]]


class FieldProblem(msgspec.Struct, frozen=True):
    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """`type` is a fixed word behind `urn:genkan:problem:`; `detail` never repeats the input."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    id: str = ""


_PLAIN: Mapping[type[Exception], tuple[int, str, str]] = {
    SignInNeeded: (401, "sign_in_needed", "Sign in, from a network of the allow-list"),
    NotAllowed: (403, "not_allowed", "This role may not do that"),
    NoticeNeeded: (403, "notice_needed", "Acknowledge the notice first"),
    ReauthenticationNeeded: (403, "reauthentication_needed", "Sign in again for this deed"),
    NoSuchThing: (404, "not_found", "There is no such thing here"),
    StaleVersion: (412, "stale_version", "It was changed meanwhile; read it again"),
    PreconditionNeeded: (428, "version_needed", "Say which version you change (If-Match)"),
}


def problem_handlers() -> dict[type[Exception] | int, Handler]:
    """For Starlette's `exception_handlers`."""
    known: dict[type[Exception] | int, Handler] = dict.fromkeys(_PLAIN, _plain)
    return {
        **known,
        Conflict: _conflict,
        InvalidField: _invalid_field,
        BadRequest: _bad_request,
        InvalidRequest: _bad_request,
        ClientDisconnect: _broken_off,
        HTTPException: _http_error,
        Exception: _bug,
    }


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(problem),
        problem.status,
        {**NO_STORE, **(headers or {})},
        "application/problem+json",
    )


async def _plain(_: Request, error: Exception) -> Response:
    status, word, title = _PLAIN[type(error)]
    headers = {"WWW-Authenticate": 'Bearer realm="genkan"'} if status == 401 else None
    return problem_response(_problem(status, word, title, str(error)), headers)


async def _conflict(_: Request, error: Exception) -> Response:
    return problem_response(_problem(409, "conflict", "It cannot be as things stand", str(error)))


async def _invalid_field(_: Request, error: Exception) -> Response:
    assert isinstance(error, InvalidField)  # noqa: S101 - registered for this class only
    return problem_response(_invalid(error.field, error.description))


async def _bad_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequest | InvalidRequest)  # noqa: S101 - registered for these only
    title = "The request is not of this endpoint's form"
    return problem_response(_problem(error.status, "bad_request", title, error.description))


async def _broken_off(_: Request, __: Exception) -> Response:
    return problem_response(_problem(400, "bad_request", "The request broke off"))


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    word = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error")
    return problem_response(_problem(error.status_code, word, error.detail), error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    request_id = log_failure(request, error)
    title = "Something went wrong here"
    return problem_response(Problem("urn:genkan:problem:server_error", title, 500, id=request_id))


def _invalid(field: str, detail: str) -> Problem:
    return Problem(
        "urn:genkan:problem:invalid_field",
        "A value is not of its field's form",
        422,
        errors=(FieldProblem(field, detail),),
    )


def _problem(status: int, word: str, title: str, detail: str = "") -> Problem:
    return Problem(f"urn:genkan:problem:{word}", title, status, detail)
