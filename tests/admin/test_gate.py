"""Nobody reaches the operators' door from an address that is on nobody's list."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Message

from gateway.admin.gate import IpGate
from gateway.store.records import open_records
from gateway.tenants.allow_lists import AllowLists, add_network
from gateway.tenants.registry import create_tenant
from gateway.web.arrival import Arrival, Arrivals
from gateway.web.networks import Networks
from tests.admin.gated import HALL, PROXY, RELOAD, STRANGER, Gated, Inside, ask, open_gated
from tests.support.gateway import MovableClock


@pytest.fixture
async def gated(tmp_path: Path) -> AsyncIterator[Gated]:
    async with open_gated(tmp_path) as gated:
        yield gated


BEHIND = ["/admin", "/admin/", "/admin/api/v1/tenants", "/admin/../authorize", "/metrics"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", BEHIND)
async def test_a_listed_address_is_let_in(gated: Gated, path: str) -> None:
    for peer in (HALL, f"::ffff:{HALL}"):
        assert (await ask(gated.app, path, peer)).body == b"inside"
    assert gated.inside.reached == [path, path]
    assert (len(gated.counted), await gated.entries()) == (0, [])


@pytest.mark.anyio
@pytest.mark.parametrize("path", [*BEHIND, "/admin/nowhere", "/metrics/", "/admin//x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "BREW"])
async def test_any_other_is_refused_bare_whatever_it_asks(
    gated: Gated, path: str, method: str
) -> None:
    headers = [(b"authorization", b"Bearer good"), (b"cookie", b"session=good")]
    answer = await ask(gated.app, path, method=method, headers=headers)
    assert (answer.status, answer.body) == (403, b"")
    assert [name for name, _ in answer.headers] == [b"content-length", b"x-request-id"]
    assert (answer.was_read, gated.inside.reached) == (False, [])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        (STRANGER, [(b"x-forwarded-for", HALL.encode())], 403),
        (STRANGER, [(b"forwarded", b"for=" + HALL.encode())], 403),
        (PROXY, [(b"x-forwarded-for", HALL.encode())], 200),
        (PROXY, [(b"x-forwarded-for", f"{HALL}, {STRANGER}".encode())], 403),
        (PROXY, [(b"x-forwarded-for", f"{STRANGER}, {HALL}".encode())], 200),
        (PROXY, [], 403),
        (PROXY, [(b"x-forwarded-for", b"unknown")], 403),
        (None, [(b"x-forwarded-for", HALL.encode())], 403),
        ("", [], 403),
        ("::1", [], 403),
        ("127.0.0.1", [], 403),
    ],
)
async def test_the_address_that_counts_is_the_proven_one(
    gated: Gated, peer: str | None, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    assert (await ask(gated.app, "/admin", peer, headers=headers)).status == status
    assert len(gated.inside.reached) == (status == 200)


@pytest.mark.anyio
async def test_no_tenants_list_opens_what_is_the_platforms(gated: Gated) -> None:
    async with gated.records.writing() as connection:
        await create_tenant(connection, "hanasaki", "花咲", "Hanasaki", gated.clock())
        await add_network(connection, "hanasaki", STRANGER, "", gated.clock())
    paths = ["/admin", "/metrics"]
    assert [(await ask(gated.app, path)).status for path in paths] == [200, 403]
    assert [(await ask(gated.app, path, HALL)).status for path in paths] == [200, 200]
    beneath = await ask(gated.app, "/admin/metrics", root_path="/admin")
    assert (beneath.status, gated.inside.reached) == (403, ["/admin", *paths])


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/authorize", "/administration", "/metrics2", "/ADMIN"])
async def test_what_is_not_the_operators_is_open_to_all_even_without_lists(
    gated: Gated, path: str
) -> None:
    await gated.break_lists()
    assert (await ask(gated.app, path)).body == b"inside"
    assert (len(gated.counted), await gated.entries()) == (0, [])


@pytest.mark.anyio
@pytest.mark.parametrize("root_path", ["", "/base"])
@pytest.mark.parametrize("path", ["/admin\n", "/metrics\n", "/admin/\n", "/admin\n/x", "/admin "])
async def test_no_odd_end_of_a_path_gets_by(gated: Gated, path: str, root_path: str) -> None:
    assert (await ask(gated.app, root_path + path, root_path=root_path)).status == 403
    assert gated.inside.reached == []


@pytest.mark.parametrize("path", ["/admin\n", "/metrics\n"])
def test_routing_itself_lets_a_line_feed_by(path: str) -> None:
    """Why the gate may not compare for equality."""
    inside = Inside()
    assert anyio.run(ask, inside.app, path).body == b"inside"


PIECES = st.sampled_from(["/", "admin", "metrics", "api", "v1", ".", "..", "%2f", ";", "\\"])
PATHS = st.lists(PIECES | st.text(max_size=2), max_size=6).map(lambda found: "/" + "".join(found))


@given(path=PATHS, root_path=st.sampled_from(["", "/", "/admin", "/x"]))
@example(path="/x/admin", root_path="/x")
@example(path="/admin/metrics", root_path="/admin")
@example(path="/metrics\r\n", root_path="")
def test_whatever_routing_would_take_for_the_door_is_behind_the_gate(
    path: str, root_path: str
) -> None:
    beside = {"/", "/authorize", "/administration", "/metrics2", "/ADMIN"}
    inside, asked = Inside(), MovableClock()

    async def refused(_: Arrival, __: str) -> None:
        """Only the answer matters here."""

    async def walk() -> None:
        records = open_records("sqlite:///never-opened.db")  # an unknown address asks for no list
        app = Arrivals(IpGate(inside.app, AllowLists(records, RELOAD), asked, refused), Networks())
        await ask(app, path, None, root_path=root_path)

    anyio.run(walk)
    reached = {found.removeprefix(root_path).rstrip("\n") for found in inside.reached}
    assert reached <= beside | {found.removeprefix(root_path) for found in beside}


@pytest.mark.anyio
async def test_a_websocket_is_refused_before_it_opens(gated: Gated) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/admin", "headers": [], "client": (STRANGER, 1)}
    await gated.app(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


@pytest.mark.anyio
@pytest.mark.parametrize("peer", [HALL, STRANGER])
async def test_lists_that_cannot_be_read_let_nobody_in(gated: Gated, peer: str) -> None:
    await gated.break_lists()
    answer = await ask(gated.app, "/admin", peer)
    assert (answer.status, answer.body) == (503, b"")
    assert [name for name, _ in answer.headers] == [b"content-length", b"x-request-id"]
    assert (answer.was_read, gated.inside.reached) == (False, [])


@pytest.mark.anyio
async def test_a_request_that_came_in_by_another_door_is_let_in_by_none(gated: Gated) -> None:
    gate = IpGate(gated.inside.app, gated.lists, gated.clock, gated.refusals)
    with pytest.raises(KeyError):
        await ask(gate, "/admin", HALL)
    assert gated.inside.reached == []
