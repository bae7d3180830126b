"""Every request has a number of ours and the address that is proven; every answer is told of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.arrival import Arrival, Arrivals, arrival_of
from gateway.web.networks import Networks, parse_network
from tests.web.site import ORIGIN

pytestmark = pytest.mark.anyio
PROXY, CLIENT = "10.0.0.1", "203.0.113.9"
TRUSTED = Networks([parse_network(PROXY)])


@dataclass
class Told:
    answers: list[tuple[Arrival, str, int, float]] = field(default_factory=list)

    def __call__(self, arrival: Arrival, scope: Scope, status: int, seconds: float) -> None:
        self.answers.append((arrival, scope["path"], status, seconds))

    @property
    def statuses(self) -> Sequence[int]:
        return [status for _, _, status, _ in self.answers]


async def show(request: Request) -> Response:
    arrival = arrival_of(request)
    return PlainTextResponse(f"{arrival.request_id} {arrival.address}")


async def fail(_: Request) -> Response:
    raise RuntimeError("on purpose")


SITE = Starlette(routes=[Route("/show", show), Route("/fail", fail)])


def browser(app: ASGIApp, peer: str = CLIENT) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(peer, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=ORIGIN)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def app(told: Told) -> ASGIApp:
    return Arrivals(SITE, TRUSTED, told)


async def test_the_endpoint_the_answer_and_the_log_have_the_same_number(
    app: ASGIApp, told: Told
) -> None:
    async with browser(app) as program:
        answer = await program.get("/show")
    request_id, address = answer.text.split()
    assert answer.headers.get_list("x-request-id") == [request_id]
    [(arrival, path, status, seconds)] = told.answers
    assert (arrival, path, status) == (Arrival(request_id, address), "/show", 200)
    assert 0 <= seconds < 60


async def test_the_number_is_ours_and_a_new_one_each_time(app: ASGIApp, told: Told) -> None:
    async with browser(app) as program:
        for _ in range(3):
            answer = await program.get("/show", headers={"X-Request-Id": "mine"})
            assert "mine" not in (answer.headers["x-request-id"], answer.text.split()[0])
    assert len({arrival.request_id for arrival, *_ in told.answers}) == 3


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (CLIENT, "192.0.2.66", CLIENT),
        (PROXY, CLIENT, CLIENT),
        (PROXY, "unknown", "None"),
        ("::ffff:203.0.113.9", "192.0.2.66", CLIENT),
        ("not an address", CLIENT, "None"),
    ],
)
async def test_the_address_is_what_is_proven_or_none(
    app: ASGIApp, peer: str, forwarded: str, address: str
) -> None:
    async with browser(app, peer) as program:
        answer = await program.get("/show", headers={"X-Forwarded-For": forwarded})
    assert answer.text.split()[1] == address


async def test_refusals_and_failures_are_told_of_too(app: ASGIApp, told: Told) -> None:
    async with browser(app) as program:
        for path in ("/nowhere", "/fail"):
            answer = await program.get(path)
            assert answer.headers["x-request-id"] == told.answers[-1][0].request_id
    assert told.statuses == [404, 500]


async def test_what_ends_without_an_answer_is_told_of_as_a_failure(told: Told) -> None:
    async def breaks(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("before any answer")

    async with browser(Arrivals(breaks, TRUSTED, told)) as program:
        assert (await program.get("/")).status_code == 500
    assert told.statuses == [500]


async def test_a_connection_without_a_peer_has_no_address(told: Told) -> None:
    async def send(_: Message) -> None:
        pass

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": "/show", "headers": [], "client": None}
    await Arrivals(SITE, TRUSTED, told)(scope, receive, send)
    [(arrival, *_)] = told.answers
    assert arrival.address is None


async def test_nobody_has_to_listen() -> None:
    async with browser(Arrivals(SITE, TRUSTED)) as program:
        assert (await program.get("/show")).status_code == 200
