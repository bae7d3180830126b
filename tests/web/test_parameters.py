"""Forms and queries: each name once, of bounded size, in UTF-8."""

from collections.abc import Mapping

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import InvalidRequest
from gateway.web.json import json_response
from gateway.web.parameters import (
    MAX_FIELDS,
    MAX_VALUE,
    form_parameters,
    parse_parameters,
    query_parameters,
)
from tests.web.site import FORM, browser_of

pytestmark = pytest.mark.anyio


async def told(request: Request) -> Response:
    read = query_parameters(request) if request.method == "GET" else await form_parameters(request)
    return json_response(dict(read))


def browser() -> httpx2.AsyncClient:
    return browser_of(Route("/", told, methods=["GET", "POST"]), limit=1_000_000)


def test_names_and_values_are_decoded() -> None:
    raw = "scope=openid+profile&名前=花".encode()
    encoded = b"scope=openid+profile&%E5%90%8D%E5%89%8D=%E8%8A%B1"
    assert parse_parameters(encoded) == {"scope": "openid profile", "名前": "花"}
    with pytest.raises(InvalidRequest):
        parse_parameters(raw)


def test_an_empty_value_is_an_absent_one() -> None:
    assert parse_parameters(b"state=&nonce=n&prompt") == {"nonce": "n"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"a=1&b=1", b"a=1&a=1"),
        (b"a=1", b"a=&a=1"),
        (b"a=%41", b"a=%4"),
        (b"a=%25zz", b"a=%zz"),
        (b"a=%C3%A9", b"a=%C3"),
        (b"a=%01", b"a=%00"),
        (b"a%01=1", b"a%00=1"),
        (b"a=" + b"x" * MAX_VALUE, b"a=" + b"x" * (MAX_VALUE + 1)),
        (
            b"&".join(b"p%d=1" % number for number in range(MAX_FIELDS)),
            b"&".join(b"p%d=1" % number for number in range(MAX_FIELDS + 1)),
        ),
    ],
)
def test_one_wrong_thing_is_refused(good: bytes, bad: bytes) -> None:
    assert parse_parameters(good)
    with pytest.raises(InvalidRequest):
        parse_parameters(bad)


@given(st.binary(max_size=400))
@example(b"%")
@example(b"=&=")
@example(b"\xff=%ff")
def test_any_bytes_are_a_mapping_or_invalid_request(raw: bytes) -> None:
    try:
        parameters = parse_parameters(raw)
    except InvalidRequest:
        return
    assert isinstance(parameters, Mapping)
    assert all(value and "\0" not in value for value in parameters.values())


@given(st.dictionaries(st.text("ab%&=+;é花\n", min_size=1), st.text("ab%&=+;é花\n", min_size=1)))
def test_what_a_browser_encodes_comes_out_as_it_went_in(fields: dict[str, str]) -> None:
    assert parse_parameters(bytes(httpx2.QueryParams(fields).__str__(), "ascii")) == fields


async def test_a_query_and_a_form_are_read_alike() -> None:
    async with browser() as client:
        assert (await client.get("/", params={"a": "1 2"})).json() == {"a": "1 2"}
        assert (await client.post("/", data={"a": "1 2"})).json() == {"a": "1 2"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-www-form-urlencoded", 200),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", 200),
        ('application/x-www-form-urlencoded;charset="utf-8"', 200),
        ("application/x-www-form-urlencoded; charset=shift_jis", 400),
        ("multipart/form-data; boundary=b", 400),
        ("application/json", 400),
        ("text/plain", 400),
        ("", 400),
    ],
)
async def test_a_form_says_that_it_is_one(content_type: str, status: int) -> None:
    async with browser() as client:
        answer = await client.post("/", content=b"a=1", headers={"Content-Type": content_type})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"] == "invalid_request"


async def test_a_malformed_form_is_answered_in_the_form_of_the_rfc() -> None:
    async with browser() as client:
        answer = await client.post("/", content=b"a=1&a=2", headers=FORM)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "a parameter is repeated",
    }
    assert answer.headers["cache-control"] == "no-store"
