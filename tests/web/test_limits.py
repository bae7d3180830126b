"""No body is larger than the setting, whatever its Content-Length says."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.web.errors import PageRoute
from gateway.web.limits import allow_body
from tests.web.site import browser_of

pytestmark = pytest.mark.anyio
LIMIT = 1_000


class Counted:
    """What came of a body to the endpoint."""

    def __init__(self) -> None:
        self.bodies: list[int] = []

    async def __call__(self, request: Request) -> Response:
        self.bodies.append(len(await request.body()))
        return PlainTextResponse("read")


@pytest.fixture
def counted() -> Counted:
    return Counted()


def client(counted: Counted) -> httpx2.AsyncClient:
    async def read(request: Request) -> Response:
        return await counted(request)

    return browser_of(
        Route("/api", read, methods=["GET", "POST"]),
        PageRoute("/page", read, methods=["POST"]),
        limit=LIMIT,
    )


async def pieces(count: int) -> AsyncIterator[bytes]:
    """A body without a length (Transfer-Encoding: chunked)."""
    for _ in range(count):
        yield b"x" * 100


async def test_a_body_of_the_limit_is_read_whole(counted: Counted) -> None:
    async with client(counted) as program:
        assert (await program.post("/api", content=b"x" * LIMIT)).status_code == 200
        assert (await program.post("/api", content=pieces(10))).status_code == 200
    assert counted.bodies == [LIMIT, LIMIT]


async def test_one_byte_more_is_413_with_and_without_a_length(counted: Counted) -> None:
    async with client(counted) as program:
        declared = await program.post("/api", content=b"x" * (LIMIT + 1))
        chunked = await program.post("/api", content=pieces(11))
    assert declared.status_code == chunked.status_code == 413
    assert declared.json()["error"] == "invalid_request"
    assert counted.bodies == []


async def test_a_length_that_lies_does_not_let_more_in(counted: Counted) -> None:
    async with client(counted) as program:
        answer = await program.post("/api", content=pieces(11), headers={"Content-Length": "5"})
    assert answer.status_code == 413
    assert counted.bodies == []


async def test_a_declared_flood_is_refused_before_it_is_read(counted: Counted) -> None:
    taken = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(5):
            taken += 1
            yield b"x"

    async with client(counted) as program:
        answer = await program.post("/api", content=flood(), headers={"Content-Length": "9" * 30})
    assert answer.status_code == 413
    assert taken <= 1
    assert counted.bodies == []


async def test_a_person_is_told_on_a_page(counted: Counted) -> None:
    async with client(counted) as browser:
        answer = await browser.post("/page", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert "送られた内容が大きすぎます" in answer.text


async def test_more_may_be_read_of_whoever_is_known(counted: Counted) -> None:
    async def documents(request: Request) -> Response:
        if "authorization" in request.headers:
            allow_body(request, 2 * LIMIT)
        return await counted(request)

    async with browser_of(Route("/documents", documents, methods=["POST"]), limit=LIMIT) as program:
        known = {"authorization": "somebody"}
        for content in (b"x" * LIMIT * 2, pieces(20)):
            answer = await program.post("/documents", content=content, headers=known)
            assert answer.status_code == 200
        for content in (b"x" * (LIMIT * 2 + 1), pieces(21)):
            answer = await program.post("/documents", content=content, headers=known)
            assert answer.status_code == 413
        for content in (b"x" * (LIMIT + 1), pieces(11)):
            assert (await program.post("/documents", content=content)).status_code == 413
    assert counted.bodies == [2 * LIMIT, 2 * LIMIT]
