"""JSON bodies and Authorization headers that are none, wherever one is read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.oidc.bad_input.place import Place
from tests.support.developer import developer, members, sent_back
from tests.support.gateway import ISSUER
from tests.support.untouched import check_unheard, nothing_changes

pytestmark = pytest.mark.anyio
MARK = "zzmarkzz"
JSON = "application/json"
BODIES: dict[str, tuple[bytes, str, int]] = {
    "nothing": (b"", JSON, 400),
    "a form": (b"a=1", "application/x-www-form-urlencoded", 415),
    "no media type": (b"{}", "", 415),
    "plain text": (b"{}", "text/plain", 415),
    "no JSON": (b"{", JSON, 400),
    "two": (b"{}{}", JSON, 400),
    "a list": (b"[]", JSON, 400),
    "a text": (f'"{MARK}"'.encode(), JSON, 400),
    "a number": (b"1", JSON, 400),
    "null": (b"null", JSON, 400),
    "a name twice": (b'{"local_id":"a","local_id":"b"}', JSON, 400),
    "UTF-16": ('{"local_id":"a"}'.encode("utf-16"), JSON, 400),
    "no UTF-8": (b'{"local_id":"\xff"}', JSON, 400),
    "a mark before": (b'\xef\xbb\xbf{"local_id":"a"}', JSON, 400),
    "half a character": (b'{"local_id":"\\ud800"}', JSON, 400),
    "no number": (b'{"local_id":NaN}', JSON, 400),
    "a control character": (b'{"local_id":"\x01"}', JSON, 400),
    "deep": (b'{"local_id":' + b"[" * 5_000, JSON, 400),
    "deep and whole": (b'{"local_id":' + b"[" * 40 + b"]" * 40 + b"}", JSON, 400),
    "enormous": (b'{"local_id":"' + b"x" * 10_000_000 + b'"}', JSON, 413),
}
LOCAL_IDS = ("", "x" * 256, "a\0b", "a\nb", "\u202e", "123456789018")
"""The last has the form of an Individual Number."""
HEADERS: dict[str, list[str]] = {
    "none": [],
    "empty": [""],
    "a scheme alone": ["Bearer"],
    "a scheme and a space": ["Bearer "],
    "another scheme": ["Basic eDp5"],
    "no scheme": [MARK],
    "made up": [f"Bearer {MARK}"],
    "two in one": [f"Bearer {MARK} {MARK}"],
    "not ASCII": ["Bearer \xe9\xff"],
    "a JWT of nobody": ["Bearer a.b.c"],
    "no parts": ["Bearer .."],
    "long": [f"Bearer {'x' * 20_000}"],
    "bound to a key": [f"DPoP {MARK}"],
}


@dataclass(slots=True)
class Door:
    method: str
    path: str
    token: str
    good: object


async def link(place: Place) -> Door:
    return Door("PUT", "/link", (await place.tokens())["access_token"], {"local_id": "H-0001"})


async def register(place: Place) -> Door:
    return Door("POST", "/register", (await developer(place.gateway)).token, members())


async def change(place: Place) -> Door:
    told = await (await developer(place.gateway)).registered()
    path = told["registration_client_uri"].removeprefix(ISSUER)
    return Door("PUT", path, told["registration_access_token"], sent_back(told))


Find = Callable[[Place], Awaitable[Door]]
DOORS: tuple[Find, ...] = (link, register, change)


async def send(
    place: Place, door: Door, authorization: list[str], **arguments: Any
) -> httpx2.Response:
    headers: list[tuple[bytes, bytes]] = [
        (b"Authorization", value.encode("latin-1")) for value in authorization
    ]
    headers += arguments.pop("headers", [])
    async with place.gateway.browser() as http:
        return await http.request(door.method, door.path, headers=headers, **arguments)


@pytest.mark.parametrize("find", DOORS)
@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_none(place: Place, find: Find, what: str) -> None:
    door, (body, media_type, status) = await find(place), BODIES[what]
    async with nothing_changes(place.gateway):
        answer = await send(
            place,
            door,
            [f"Bearer {door.token}"],
            content=body,
            headers=[(b"Content-Type", media_type.encode())] if media_type else [],
        )
    assert answer.status_code == status, answer.text
    assert MARK not in answer.text


@pytest.mark.parametrize("local_id", LOCAL_IDS)
async def test_a_local_id_that_is_none(place: Place, local_id: str) -> None:
    door = await link(place)
    async with nothing_changes(place.gateway):
        body = {"local_id": local_id}
        answer = await send(place, door, [f"Bearer {door.token}"], json=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("find", DOORS)
async def test_a_header_that_is_none(
    place: Place, caplog: pytest.LogCaptureFixture, find: Find
) -> None:
    door = await find(place)
    async with nothing_changes(place.gateway):
        for what, values in HEADERS.items():
            answer = await send(place, door, values, json=door.good)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), what
            assert MARK not in answer.text
        twice = await send(place, door, [f"Bearer {door.token}"] * 2, json=door.good)
        assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    await check_unheard(place.gateway, caplog, MARK, door.token)
    answer = await send(place, door, [f"bearer {door.token}"], json=door.good)
    assert answer.status_code in (200, 201), answer.text
