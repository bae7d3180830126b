"""Requests that mean harm in how they are made: refused as problems, and nothing is changed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.support.operators import API, HALL, Office
from tests.support.untouched import PROBLEM, check_refused, nothing_changes
from tests.tenants.town import SERVICE

pytestmark = pytest.mark.anyio
TENANT = f"{API}/tenants/hanasaki"
HEALTH = f"{TENANT}/services/health"


@pytest.mark.parametrize(
    ("etags", "status"),
    [
        (["*"], 400),
        (["1"], 400),
        ([""], 400),
        (["'1'"], 400),
        (["garbage"], 400),
        (["\u00ab1\u00bb"], 400),
        (['"2"'], 412),
        (['"0"'], 412),
        (['"01"'], 412),
        (['"-1"'], 412),
        (['" 1"'], 412),
        (['"1'], 412),
        (['""'], 412),
        (['"1" x'], 412),
        (['"1", "2"'], 412),
        (['"1"', '"2"'], 412),
        (['"1"', '"1"'], 412),
        (['W/"1"'], 412),
        (['"1e0"'], 412),
        (['"\u0661"'], 412),
        (['"2147483648"'], 412),
        (['"99999999999999999999"'], 412),
        (['"' + "9" * 60_000 + '"'], 412),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_only_the_version_that_was_seen_is_changed(
    office: Office, desk: httpx2.AsyncClient, etags: list[str], status: int
) -> None:
    headers = [(b"If-Match", etag.encode()) for etag in etags]
    async with nothing_changes(office.gateway):
        for method, path in (("PUT", f"{HEALTH}/suspension"), ("DELETE", HEALTH)):
            check_refused(await desk.request(method, path, headers=headers), status)
    good = await desk.put(f"{HEALTH}/suspension", headers={"If-Match": '"1"'})
    assert good.status_code == 200


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_a_method_is_what_the_request_line_says(
    office: Office, desk: httpx2.AsyncClient, name: str
) -> None:
    async with nothing_changes(office.gateway):
        shown = await desk.get(HEALTH, headers={name: "DELETE", "If-Match": '"1"'})
        assert shown.json()["state"] == "active"
        check_refused(await desk.post(HEALTH, headers={name: "DELETE", "If-Match": '"1"'}), 405)
        check_refused(await desk.post(f"{HEALTH}?_method=DELETE", data={"_method": "DELETE"}), 405)


async def test_methods_nobody_has_a_use_for_are_refused_and_the_others_named(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    async with nothing_changes(office.gateway):
        for method in ("OPTIONS", "TRACE", "CONNECT", "PATCH", "POST", "PROPFIND", "QUERY"):
            answer = await desk.request(method, HEALTH)
            check_refused(answer, 405)
            assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "DELETE"}


async def test_head_is_get_without_its_body(office: Office, desk: httpx2.AsyncClient) -> None:
    async with nothing_changes(office.gateway):
        shown, head = await desk.get(HEALTH), await desk.head(HEALTH)
    assert (head.status_code, head.headers["etag"]) == (200, shown.headers["etag"])
    async with office.browser() as stranger:
        assert (await stranger.head(HEALTH)).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        f"{TENANT}/services/{'x' * 20_000}",
        f"{API}/{'x/' * 10_000}",
        f"{TENANT}/services/..%2Fhealth",
        f"{TENANT}/services/%2E%2E%2Freaders",
        f"{TENANT}/services/health%2Fsuspension%2F",
        f"{TENANT}/services/health%00",
        f"{TENANT}/services/health%0A",
        f"{TENANT}/services/health%20",
        f"{TENANT}/services/HEALTH",
        f"{TENANT}/services/%68ealth%3B",
        f"{TENANT}/services/%ED%A0%80",
        f"{TENANT}/services/%FF",
        f"{TENANT}/services/health/",
        f"{TENANT}//services/health",
        f"{API}/tenants/hanasaki%00/services/health",
        f"{API}/tenants/%2A/services/health",
        f"{API}/tenants/hanasaki%0A%0A/services/health",
        f"{API}/tenants/minato%2F..%2Fhanasaki/services/health",
        f"{API}/residents/{'0' * 5_000}",
        f"{API}/operators/%27%20OR%201%3D1%20--",
        f"{API}/deeds/%25",
        f"{API}/networks/..%5C..",
        f"{API}/openapi.json/",
    ],
    ids=lambda path: path.removeprefix(API)[:40],
)
async def test_a_path_names_a_thing_or_nothing(
    office: Office, desk: httpx2.AsyncClient, path: str
) -> None:
    async with nothing_changes(office.gateway):
        for method in ("GET", "DELETE"):
            answer = await desk.request(method, path, headers={"If-Match": '"1"'})
            assert answer.status_code in (404, 405), answer.text
            check_refused(answer, answer.status_code)
    assert (await desk.get(HEALTH)).json()["state"] == "active"


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=1&limit=2", "repeated"),
        ("limit=1&%6Cimit=2", "repeated"),
        ("colour=red", "colour"),
        ("LIMIT=1", "LIMIT"),
        ("limit[]=1", "limit"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        (f"limit={2**63}", "limit"),
        ("limit=NaN", "limit"),
        ("limit=ten", "limit"),
        ("limit=null", "limit"),
        ("state=ended", "state"),
        ("state=active%00", "NUL"),
        ("state=null", "null"),
        ("text=%FF", "malformed"),
        ("text=%ED%A0%80", "malformed"),
        ("text=%zz", "malformed"),
        (f"text={'x' * 101}", "text"),
        (f"text={'x' * 20_000}", "too long"),
        (f"after={'x' * 201}", "after"),
        ("&".join(f"p{n}=1" for n in range(100)), "too many"),
    ],
    ids=lambda value: value[:20],
)
async def test_a_query_is_read_as_strictly_as_a_body(
    desk: httpx2.AsyncClient, query: str, detail: str
) -> None:
    answer = await desk.get(f"{TENANT}/services?{query}")
    check_refused(answer, 400)
    assert detail in answer.json()["detail"]


async def test_where_no_query_is_asked_for_none_is_taken(desk: httpx2.AsyncClient) -> None:
    check_refused(await desk.get(f"{HEALTH}?verbose=1"), 400, "verbose")


async def test_a_text_to_look_for_is_no_pattern(desk: httpx2.AsyncClient) -> None:
    for text in ("%25", "_", "%27", "%5C", "null", "*"):
        found = await desk.get(f"{TENANT}/services?text={text}")
        assert found.json()["items"] == [], text


NEW = json.dumps({"client_id": "other", "metadata": SERVICE}).encode()


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/json-patch+json",
        "application/jsonx",
        "text/plain, application/json",
    ],
)
async def test_a_body_says_that_it_is_json(
    office: Office, desk: httpx2.AsyncClient, media_type: str
) -> None:
    async with nothing_changes(office.gateway):
        answer = await desk.post(
            f"{TENANT}/services", content=NEW, headers={"Content-Type": media_type}
        )
    check_refused(answer, 415)


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


async def test_a_body_over_the_limit_is_refused_however_it_comes(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    headers, path = {"Content-Type": "application/json"}, f"{TENANT}/services"
    async with nothing_changes(office.gateway):
        for content in (NEW + b" " * 65_536, in_pieces(1_048_576)):
            answer = await desk.post(path, content=content, headers=headers)
            check_refused(answer, 413)
        lied = {**headers, "Content-Length": str(2**40)}
        check_refused(await desk.post(path, content=NEW, headers=lied), 413)
    assert (await desk.post(path, content=NEW + b" " * 1000, headers=headers)).status_code == 201


async def test_a_body_that_breaks_off_is_no_body(office: Office, desk: httpx2.AsyncClient) -> None:
    request = desk.build_request("POST", f"{TENANT}/services", content=NEW)
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": NEW, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": b"",
        "root_path": "",
        "headers": [
            *((name.lower(), value) for name, value in request.headers.raw),
            (b"content-type", b"application/json"),
        ],
        "client": (HALL, 50_000),
        "server": ("id.example.test", 443),
    }
    async with nothing_changes(office.gateway):
        await office.gateway.app(scope, receive, send)
    (start, body) = sent
    assert (start["status"], dict(start["headers"])[b"content-type"]) == (400, PROBLEM.encode())
    assert json.loads(body["body"])["title"] == "The request broke off"
