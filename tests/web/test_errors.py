"""Errors become responses in one place: JSON for programs, a plain page for people."""

import logging

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.errors import (
    BadRequest,
    InsufficientScope,
    InvalidClient,
    InvalidGrant,
    InvalidToken,
    TemporarilyUnavailable,
)
from gateway.web.errors import PageRoute
from tests.web.site import browser_of

pytestmark = pytest.mark.anyio
ERRORS: dict[str, Exception] = {
    "grant": InvalidGrant("the code is unknown, used or expired"),
    "client": InvalidClient("the client is unknown or its secret is wrong"),
    "token": InvalidToken("the token is expired"),
    "scope": InsufficientScope("the token is not for this"),
    "later": TemporarilyUnavailable("try again later"),
    "bad": BadRequest("the body is not JSON"),
    "bug": ZeroDivisionError("secret-value"),
}


async def fails(request: Request) -> Response:
    raise ERRORS[request.path_params["error"]]


async def answers(_: Request) -> Response:
    return PlainTextResponse("here")


def client() -> httpx2.AsyncClient:
    return browser_of(
        Route("/api/{error}", fails),
        PageRoute("/page/{error}", fails),
        Route("/here", answers, methods=["GET"]),
        PageRoute("/here-page", answers, methods=["GET"]),
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("grant", 400, "invalid_grant"),
        ("client", 401, "invalid_client"),
        ("token", 401, "invalid_token"),
        ("scope", 403, "insufficient_scope"),
        ("later", 503, "temporarily_unavailable"),
        ("bad", 400, "invalid_request"),
    ],
)
async def test_a_program_reads_json(error: str, status: int, code: str) -> None:
    async with client() as program:
        answer = await program.get(f"/api/{error}")
    assert answer.status_code == status
    assert answer.json() == {"error": code, "error_description": str(ERRORS[error])}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_client_and_a_token_are_challenged_and_nobody_else() -> None:
    async with client() as program:
        challenges = {
            error: (await program.get(f"/api/{error}")).headers.get("www-authenticate")
            for error in ERRORS
        }
    assert challenges["client"] == 'Basic realm="genkan"'
    assert challenges["token"] == (
        'Bearer error="invalid_token", error_description="the token is expired"'
    )
    assert challenges["scope"] == (
        'Bearer error="insufficient_scope", error_description="the token is not for this"'
    )
    assert {challenges["grant"], challenges["bad"], challenges["bug"]} == {None}


@pytest.mark.parametrize("error", ["grant", "bad"])
async def test_a_person_reads_a_page(error: str) -> None:
    async with client() as browser:
        answer = await browser.get(f"/page/{error}", headers={"Accept-Language": "ja"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "この画面は開けません" in answer.text
    assert str(ERRORS[error]) in answer.text


@pytest.mark.parametrize("path", ["/api/bug", "/page/bug"])
async def test_a_bug_is_a_number_for_the_asker_and_a_traceback_for_the_log(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client() as browser:
        answer = await browser.get(f"{path}?code=a-code")
    assert answer.status_code == 500
    assert "secret-value" not in answer.text
    assert "Traceback" not in answer.text
    (record,) = own_records(caplog)
    request_id = record.getMessage().split()[1]
    assert request_id in answer.text
    assert record.exc_info is not None
    assert "a-code" not in logging.Formatter().format(record)


def own_records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "gateway.web.failures"]


async def test_each_bug_has_its_own_number() -> None:
    async with client() as program:
        ids = {(await program.get("/api/bug")).json()["id"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_log_line_stays_one_line_whatever_the_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(_: Request) -> Response:
        raise ZeroDivisionError

    async with browser_of(Route("/{rest}", breaks)) as program:
        await program.get("/a%0Arequest%20b%20is%20fine")
    (record,) = own_records(caplog)
    assert "\n" not in record.getMessage()


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nowhere", "text/html", "text/html"),
        ("/nowhere", "application/json", "application/json"),
        ("/here", "*/*", "application/json"),
        ("/here-page", "*/*", "text/html"),
    ],
)
async def test_what_is_not_there_is_said_to_whoever_asks(path: str, accept: str, kind: str) -> None:
    async with client() as browser:
        answer = await browser.delete(path, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.status_code == (404 if path == "/nowhere" else 405)
    allowed = answer.headers.get("allow", "").split(", ")
    assert set(allowed) == ({""} if path == "/nowhere" else {"GET", "HEAD"})
    assert answer.headers["cache-control"] == "no-store"
