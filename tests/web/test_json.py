"""JSON in is strictly typed; what is wrong is said in one line that names the field."""

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import BadRequest
from gateway.web.json import json_body, json_response
from tests.web.site import browser_of

pytestmark = pytest.mark.anyio
JSON = {"Content-Type": "application/json"}


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    purpose: str
    tries: int = 0


async def told(request: Request) -> Response:
    wanted = await json_body(request, Wanted)
    return json_response({"purpose": wanted.purpose, "tries": wanted.tries})


def program() -> httpx2.AsyncClient:
    return browser_of(Route("/", told, methods=["POST"]))


async def test_a_body_of_the_right_form_is_read_and_the_answer_is_never_stored() -> None:
    async with program() as client:
        answer = await client.post("/", json={"purpose": "sign_in"})
    assert answer.json() == {"purpose": "sign_in", "tries": 0}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"purpose": 1}', "purpose"),
        (b'{"purpose": "a", "tries": "1"}', "tries"),
        (b'{"purpose": "a", "tries": true}', "tries"),
        (b'{"purpose": "a", "more": 1}', "more"),
        (b"{}", "purpose"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"purpose": "a"} ', ""),
        (b'{"purpose": "\xff"}', "not JSON"),
        (b'{"purpose": "a", "tries": NaN}', "not JSON"),
        (b"[" * 900, "object"),
        (b'{"purpose": "a", "purpose": "b"}', "twice"),
        (b'{"purpose": "a", "\\u0070urpose": "a"}', "twice"),
    ],
)
async def test_one_wrong_thing_is_named(body: bytes, names: str) -> None:
    async with program() as client:
        answer = await client.post("/", content=body, headers=JSON)
    assert answer.status_code == (400 if names else 200)
    if names:
        assert answer.json()["error"] == "invalid_request"
        assert names in answer.json()["error_description"]


async def test_a_description_is_one_short_line_of_printable_ascii() -> None:
    name = '"\\\n<script>花' + "x" * 500
    async with program() as client:
        answer = await client.post("/", json={"purpose": "a", name: 1})
    description = answer.json()["error_description"]
    assert answer.status_code == 400
    assert len(description) <= 200
    assert all(" " <= character <= "~" and character not in '"\\' for character in description)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_does_not_say_it_is_json_is_415(content_type: str) -> None:
    async with program() as client:
        answer = await client.post(
            "/", content=b'{"purpose": "a"}', headers={"Content-Type": content_type}
        )
    assert answer.status_code == 415
    assert answer.json()["error"] == "invalid_request"


class Loose(msgspec.Struct):
    purpose: str = ""


async def test_nesting_that_is_too_deep_is_a_bad_request() -> None:
    body = b'{"more":' + b"[" * 100_000

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    with pytest.raises(BadRequest):
        await json_body(Request(scope, receive), Loose)


@pytest.mark.parametrize("depth", [16, 17, 500, 900])
async def test_nesting_has_an_end_long_before_the_stack_has(depth: int) -> None:
    body = b'{"more":' * (depth - 1) + b"1" + b"}" * (depth - 1)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    if depth < 17:
        await json_body(Request(scope, receive), Loose)
        return
    with pytest.raises(BadRequest):
        await json_body(Request(scope, receive), Loose)


@given(st.binary(max_size=200))
async def test_any_bytes_are_a_value_or_a_bad_request(raw: bytes) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": raw}

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    try:
        wanted = await json_body(Request(scope, receive), Wanted)
    except BadRequest:
        return
    assert isinstance(wanted, Wanted)
