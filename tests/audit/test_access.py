"""The access log tells which route was asked and how it was answered, and no more."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.audit.access import access_entry
from gateway.audit.log_line import line_of
from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.parties import note_client, note_operator
from gateway.web.arrival import Arrival
from gateway.web.route_template import FOR_PEOPLE
from gateway.web.static import static_route

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ARRIVAL = Arrival("0123456789abcdef", "2001:db8::1")
TOKEN = "very-secret-token"


async def _answer(_: Request) -> Response:
    return Response("ok")


class Noted:
    """What stands in front of the application, as the gateway's own door does."""

    def __init__(self) -> None:
        routes = [
            Route("/admin/invitations/{token}", _answer),
            Route("/authorize/{request_id:str}", _answer),
            static_route(),
        ]
        self._app = Starlette(routes=routes)
        self.entries: list[Entry] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        self.entries.append(access_entry(ARRIVAL, scope, 200, 0.0123, NOW))


async def noted(method: str, path: str, headers: Mapping[str, str] | None = None) -> Entry:
    door = Noted()
    transport = httpx2.ASGITransport(app=door)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.request(method, path, headers=headers)
    (entry,) = door.entries
    return entry


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "route"),
    [
        (f"/admin/invitations/{TOKEN}", "/admin/invitations/{token}"),
        (f"/authorize/{TOKEN}?code={TOKEN}", "/authorize/{request_id:str}"),
        (f"/static/{TOKEN}.css", "/static"),
        (f"/{TOKEN}?token={TOKEN}", "unmatched"),
        (f"/admin/invitations/{TOKEN}/", "unmatched"),
    ],
)
async def test_the_route_is_told_as_it_is_written(path: str, route: str) -> None:
    entry = await noted("GET", path, {"referer": f"https://localhost/?code={TOKEN}"})
    assert entry.detail["route"] == route
    assert TOKEN.encode() not in line_of(entry)


@pytest.mark.anyio
async def test_a_method_the_route_does_not_know_is_told_with_the_route() -> None:
    entry = await noted("BREW", f"/authorize/{TOKEN}")
    assert (entry.detail["method"], entry.detail["route"]) == (
        "BREW",
        "/authorize/{request_id:str}",
    )


def of(status: int = 200, method: str = "GET", *headers: tuple[bytes, bytes]) -> Entry:
    scope: dict[str, Any] = {"method": method, "headers": headers}
    return access_entry(ARRIVAL, scope, status, 0.01234, NOW)


def test_an_entry_says_who_asked_from_where_and_how_long_it_took() -> None:
    entry = of(201, "POST", (b"host", b"x"), (b"user-agent", b"curl/8"))
    assert (entry.at, entry.kind, entry.deed) == (NOW, "access", "request.answered")
    assert entry.origin.address == "2001:db8::1"
    assert entry.origin.request_id == "0123456789abcdef"
    assert entry.detail == {
        "method": "POST",
        "route": "unmatched",
        "status": "201",
        "milliseconds": "12.3",
        "user_agent": "curl/8",
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DONE),
        (303, Outcome.DONE),
        (400, Outcome.REFUSED),
        (499, Outcome.REFUSED),
        (500, Outcome.FAILED),
        (503, Outcome.FAILED),
    ],
)
def test_the_outcome_is_the_answers(status: int, outcome: Outcome) -> None:
    assert of(status).outcome is outcome


def test_what_a_client_says_of_itself_is_short_and_printable() -> None:
    entry = of(200, "M" * 1_000, (b"user-agent", b"\x1b[2J\n\xe9\x00" + b"a" * 10_000))
    assert entry.detail["user_agent"] == "?[2J???" + "a" * 93
    assert entry.detail["method"] == "M" * 16


def test_who_says_nothing_of_itself_has_no_user_agent() -> None:
    assert "user_agent" not in of(200, "GET").detail
    assert "user_agent" not in of(200, "GET", (b"user-agent", b"")).detail


def read_by(scope: Mapping[str, Any]) -> Entry:
    return access_entry(ARRIVAL, {"method": "GET", "headers": [], **scope}, 200, 0.0123, NOW)


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ({"route": Route("/token", _answer)}, LogKind.COMMUNICATION),
        ({"route": Route("/login", _answer), FOR_PEOPLE: True}, LogKind.ACCESS),
        ({"route": static_route()}, LogKind.ACCESS),
        ({}, LogKind.ACCESS),
    ],
)
def test_what_programs_ask_is_communication_and_all_else_access(
    scope: Mapping[str, Any], kind: LogKind
) -> None:
    assert read_by(scope).kind is kind


def test_whoever_was_proven_during_a_request_is_named_in_its_line() -> None:
    request = HTTPConnection({"type": "http"})
    note_client(request, "health", "hanasaki")
    entry = read_by(request.scope)
    assert (entry.origin.actor, entry.tenant_id) == ("client:health", "hanasaki")
    assert entry.client_id == "health"
    note_operator(request, "0123", None)
    entry = read_by(request.scope)
    assert (entry.origin.actor, entry.tenant_id) == ("operator:0123", None)
    assert entry.client_id is None
    assert read_by({}).origin.actor == "unknown"
