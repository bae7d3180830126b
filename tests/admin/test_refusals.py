"""Refusals at the gate: each counted, one a minute of each address logged, nothing secret told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.admin.gate import IpGate
from gateway.web.arrival import Arrival, Arrivals
from gateway.web.networks import Networks
from tests.admin.gated import STRANGER, Gated, ask, open_gated

pytestmark = pytest.mark.anyio


@pytest.fixture
async def gated(tmp_path: Path) -> AsyncIterator[Gated]:
    async with open_gated(tmp_path) as gated:
        yield gated


async def test_a_refusal_is_logged_without_what_was_asked_for(gated: Gated) -> None:
    secret = "/admin/invitations/one-time-secret"
    answer = await ask(gated.app, secret, query_string=b"token=secret")
    [entry] = await gated.entries()
    assert (entry.kind, entry.deed, entry.outcome) == ("event", "gate.refused", "refused")
    assert (entry.actor, entry.address, entry.at) == ("gateway", STRANGER, gated.clock())
    assert entry.detail == {"door": "/admin"}
    assert (b"x-request-id", entry.request_id.encode()) in answer.headers
    assert "secret" not in repr(entry)


async def test_each_address_is_logged_once_a_minute_and_counted_always(gated: Gated) -> None:
    for peer in (STRANGER, STRANGER, "198.51.100.8", f"::ffff:{STRANGER}"):
        await ask(gated.app, "/metrics", peer)
    assert [entry.address for entry in await gated.entries()] == [STRANGER, "198.51.100.8"]
    gated.clock.forward(seconds=59)
    await ask(gated.app, "/metrics")
    assert len(await gated.entries()) == 2
    gated.clock.forward(seconds=1)
    await ask(gated.app, "/metrics")
    assert len(await gated.entries()) == 3
    assert len(gated.counted) == 6


async def test_a_host_that_goes_through_its_own_ipv6_addresses_fills_no_log(gated: Gated) -> None:
    for number in range(5):
        await ask(gated.app, "/admin", f"2001:db8::{number}:7")
    await ask(gated.app, "/admin", "2001:db8:0:1::7")
    found = [entry.address for entry in await gated.entries()]
    assert found == ["2001:db8::7", "2001:db8:0:1::7"]
    assert len(gated.counted) == 6


async def test_requests_of_unknown_address_share_one_entry_a_minute(gated: Gated) -> None:
    for _ in range(3):
        await ask(gated.app, "/admin", None)
    assert [entry.address for entry in await gated.entries()] == [None]


async def test_a_refusal_stands_where_the_log_cannot_be_written(gated: Gated) -> None:
    async with gated.records.writing() as connection:
        await connection.execute(sa.text("DROP TABLE log_entries"))
    sent: list[int] = []

    def note(_: Arrival, __: object, status: int, ___: float) -> None:
        sent.append(status)

    gate = IpGate(gated.inside.app, gated.lists, gated.clock, gated.refusals)
    with pytest.raises(sa.exc.OperationalError):
        await ask(Arrivals(gate, Networks(), note), "/admin")
    assert (sent, gated.inside.reached) == ([403], [])
