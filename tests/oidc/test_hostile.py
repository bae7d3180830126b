"""Every endpoint, every bad form of input: a clear refusal, no redirect, no traceback, no 500."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.errors import InvalidClient
from gateway.oidc.clients.authentication import parse_basic
from gateway.web.arrival import Arrivals
from tests.support.gateway import ISSUER, Gateway

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"content": b"", "headers": {"content-type": FORM}},
    {"content": b"&&&===", "headers": {"content-type": FORM}},
    {"content": b"a=1&a=2", "headers": {"content-type": FORM}},
    {"content": b"a=%", "headers": {"content-type": FORM}},
    {"content": b"a=%ff%fe", "headers": {"content-type": FORM}},
    {"content": b"a=%00", "headers": {"content-type": FORM}},
    {"content": "a=あ".encode(), "headers": {"content-type": FORM}},
    {"content": b"&".join(b"k%d=1" % n for n in range(100)), "headers": {"content-type": FORM}},
    {"content": b"a=" + b"x" * 20_000, "headers": {"content-type": FORM}},
    {"content": b"a=" + b"x" * 70_000, "headers": {"content-type": FORM}},
    {"content": b"a=1", "headers": {"content-type": "text/plain"}},
    {"content": b"a=1", "headers": {"content-type": f"{FORM}; charset=utf-16"}},
    {"content": b"{}", "headers": {"content-type": "application/json"}},
    {"content": b"[1,2]", "headers": {"content-type": "application/json"}},
    {"content": b"{" * 10_000, "headers": {"content-type": "application/json"}},
    {"content": b"\x00\xff", "headers": {"content-type": "application/json"}},
    {"files": {"a": b"1"}},
)
LEADS_ON = ("/logout", "/logout/everywhere", "/approvals", "/developers/try/")
"""Who comes without what is needed there is led to a page of ours."""
QUERIES = ("", "?a=1&a=2", "?a=%", "?a=%ff", "?a=%00", "?" + "&".join(f"k{n}=1" for n in range(99)))


def doors(gateway: Gateway) -> list[tuple[str, str]]:
    """Every method and path that is mounted."""
    assert isinstance(gateway.app, Arrivals)
    assert isinstance(gateway.app.app, Starlette)
    return [
        (method, route.path.replace("{request_id}", "unknown"))
        for route in gateway.app.app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


async def test_no_bad_body_or_query_is_ever_a_500_or_a_redirect(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    await gateway.service("health")
    tried = 0
    async with gateway.browser() as http:
        for method, path in doors(gateway):
            bodies = BODIES if method in ("POST", "PUT") else ({},)
            for query in QUERIES:
                for body in bodies:
                    answer = await http.request(method, path + query, **body)
                    told = (method, path, query, body)
                    assert answer.status_code < 500, told
                    assert "Traceback" not in answer.text, told
                    if answer.status_code == 303:
                        to = answer.headers["location"]
                        assert path.startswith(LEADS_ON), told
                        ours = to.startswith(f"{ISSUER}/") or to.startswith("/")
                        assert ours, told
                        assert not to.startswith("//"), told
                    tried += 1
    assert tried > 500
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_unknown_pages_and_methods_are_plain_refusals(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        for method, path, status in (
            ("GET", "/nothing", 404),
            ("GET", "/admin", 403),
            ("GET", "/static/../app.py", 404),
            ("GET", "/static/%2e%2e/pages.py", 404),
            ("DELETE", "/token", 405),
            ("PUT", "/authorize", 405),
            ("TRACE", "/", 405),
        ):
            answer = await http.request(method, path)
            assert answer.status_code == status, path


@given(header=st.text(max_size=200))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_basic_header_is_read_or_refused(header: str) -> None:
    for value in (header, f"Basic {header}"):
        try:
            client_id, secret = parse_basic(value)
        except InvalidClient:
            continue
        assert isinstance(client_id, str)
        assert isinstance(secret, str)


async def test_no_secret_reaches_a_log(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Even where something breaks: the log has a request's number and path, never its content."""
    caplog.set_level(logging.DEBUG, logger="gateway")
    await gateway.service("health")
    async with gateway.provider.records.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE clients RENAME TO gone")
    secret = gateway.secrets["health"]
    async with gateway.browser() as http:
        broken = await http.post("/token", data={"code": "the-code"}, auth=("health", secret))
        page = await http.get("/authorize?client_id=health&state=the-state")
    assert (broken.status_code, broken.json()["error"]) == (500, "server_error")
    assert page.status_code == 500
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("gateway")
    )
    assert "request" in logged
    for private in (secret, "the-code", "the-state"):
        assert private not in logged
        assert private not in broken.text + page.text
