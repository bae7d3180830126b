"""A service that does not obey is told again after longer and longer pauses; the log says so."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import anyio
import httpx2
import pytest
import sqlalchemy as sa

from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.oidc.logout.back_channel import CLAIMED_FOR, PAUSES
from gateway.oidc.logout.deliveries import claim_delivery, due_deliveries
from gateway.oidc.records import ended_sessions
from gateway.residents.model import Resident
from gateway.tenants.administration import suspend_client
from gateway.web import outgoing
from tests.support.gateway import Gateway
from tests.support.log import count, logged
from tests.support.logout_receiver import (
    LogoutReceiver,
    another_worker,
    nobody_waits,
    verified,
    waiting,
)
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio
DEEDS = ("logout.not_obeyed", "logout.delivered", "logout.abandoned")
SignOut = Callable[[], Awaitable[None]]


@pytest.fixture
def sign_out(health: RelyingParty, browser: httpx2.AsyncClient) -> SignOut:
    """After the service got tokens."""

    async def do() -> None:
        await health.tokens(browser)
        assert (await browser.post("/logout", data={"confirmed": "yes"})).status_code == 200

    return do


async def first_refusal(gateway: Gateway) -> None:
    """Returns once the first try is over, and was not obeyed."""
    with anyio.fail_after(10):
        while not await logged(gateway, *DEEDS):  # noqa: ASYNC110 - the store tells nobody
            await anyio.sleep(0.01)


def entry(
    gateway: Gateway, resident: Resident, deed: str, outcome: Outcome, **detail: str
) -> Entry:
    return Entry(
        gateway.clock(),
        LogKind.EVENT,
        deed,
        outcome,
        GATEWAY,
        tenant_id="hanasaki",
        client_id="health",
        resident=gateway.provider.audit.pseudonym(resident.resident_id),
        detail=detail,
    )


@pytest.mark.parametrize("status", [204, 200])
async def test_who_obeys_at_once_needs_no_word(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut, status: int
) -> None:
    at_health.status = status
    await sign_out()
    await nobody_waits(gateway)
    assert len(at_health.tokens) == 1
    assert await logged(gateway, *DEEDS) == []


@pytest.mark.parametrize("status", [400, 401, 404, 500, 201, 302])
async def test_who_does_not_obey_is_in_the_log_and_told_again(
    gateway: Gateway,
    at_health: LogoutReceiver,
    sign_out: SignOut,
    resident: Resident,
    status: int,
) -> None:
    at_health.status = status
    await sign_out()
    await first_refusal(gateway)
    refused = entry(
        gateway,
        resident,
        "logout.not_obeyed",
        Outcome.FAILED,
        tries="1",
        reason=f"status_{status}",
    )
    assert await logged(gateway, *DEEDS) == [refused]
    gateway.clock.forward(seconds=PAUSES[0].total_seconds() - 1)
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1
    at_health.status = 200
    gateway.clock.forward(seconds=1)
    await gateway.provider.sign_out.once()
    obeyed = entry(gateway, resident, "logout.delivered", Outcome.DONE, tries="2")
    assert await logged(gateway, *DEEDS) == [refused, obeyed]
    assert await waiting(gateway) == 0


async def test_every_try_has_a_token_of_its_own_that_is_in_time(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    at_health.status = 500
    await sign_out()
    await first_refusal(gateway)
    gateway.clock.forward(hours=1)
    await gateway.provider.sign_out.once()
    first, second = map(payload, at_health.tokens)
    assert (first["sub"], first["sid"]) == (second["sub"], second["sid"])
    assert first["jti"] != second["jti"]
    await verified(gateway, at_health.tokens[1])


async def test_who_cannot_be_reached_is_told_again_and_given_up_in_the_end(
    gateway: Gateway, sign_out: SignOut, resident: Resident
) -> None:
    await sign_out()  # nobody listens there
    await first_refusal(gateway)
    for pause in PAUSES:
        assert await waiting(gateway) == 1
        gateway.clock.forward(seconds=pause.total_seconds())
        await gateway.provider.sign_out.once()
    assert await waiting(gateway) == 0
    first, last = await logged(gateway, *DEEDS)
    assert (first.deed, first.detail) == (
        "logout.not_obeyed",
        {"tries": "1", "reason": "unreachable"},
    )
    assert last == entry(
        gateway,
        resident,
        "logout.abandoned",
        Outcome.FAILED,
        tries=str(len(PAUSES) + 1),
        reason="unreachable",
    )
    gateway.clock.forward(days=1)
    await gateway.provider.sign_out.once()
    assert len(await logged(gateway, *DEEDS)) == 2


async def test_who_never_answers_is_not_waited_for(
    gateway: Gateway,
    at_health: LogoutReceiver,
    sign_out: SignOut,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.05)
    at_health.may_answer.clear()
    await sign_out()
    await first_refusal(gateway)
    (found,) = await logged(gateway, *DEEDS)
    assert found.detail == {"tries": "1", "reason": "unreachable"}
    assert await waiting(gateway) == 1


async def test_a_service_that_is_stopped_is_told_once_it_is_there_again(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    sign_out: SignOut,
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    async with gateway.provider.records.writing() as connection:
        client_id = health.client.client_id
        await suspend_client(connection, "hanasaki", client_id, 1, gateway.clock())
    gateway.clock.forward(seconds=PAUSES[0].total_seconds())
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1
    assert await waiting(gateway) == 1


async def test_a_service_that_wants_to_be_told_no_more_is_not(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    await gateway.service("health")
    gateway.clock.forward(seconds=PAUSES[0].total_seconds())
    await gateway.provider.sign_out.once()
    assert len(at_health.tokens) == 1
    assert await waiting(gateway) == 0


async def test_two_workers_never_both_tell(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    at_health.status = 200
    gateway.clock.forward(seconds=PAUSES[0].total_seconds())
    workers = [another_worker(gateway) for _ in range(20)]
    await asyncio.gather(*(worker.once() for worker in workers))
    assert len(at_health.tokens) == 2
    assert await waiting(gateway) == 0


async def test_whoever_dies_over_one_leaves_it_to_the_next(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    at_health.status = 200
    gateway.clock.forward(seconds=PAUSES[0].total_seconds())
    now = gateway.clock()
    async with gateway.provider.records.writing() as connection:
        (due,) = await due_deliveries(connection, now, 10)
        assert await claim_delivery(connection, due, now, now + CLAIMED_FOR) is not None
        assert await claim_delivery(connection, due, now, now + CLAIMED_FOR) is None
    await another_worker(gateway).once()
    assert len(at_health.tokens) == 1
    gateway.clock.forward(seconds=CLAIMED_FOR.total_seconds())
    await another_worker(gateway).once()
    assert len(at_health.tokens) == 2


async def test_what_is_broken_off_at_the_end_of_a_worker_is_not_lost(
    gateway: Gateway, health: RelyingParty, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    at_health.may_answer.clear()
    gateway.clock.forward(seconds=PAUSES[0].total_seconds())
    worker = another_worker(gateway)
    worker.soon()
    await at_health.got(2)
    await worker.aclose()
    assert await waiting(gateway) == 1


async def test_a_round_that_fails_is_told_and_nobody_is_lost(
    gateway: Gateway,
    at_health: LogoutReceiver,
    sign_out: SignOut,
    caplog: pytest.LogCaptureFixture,
) -> None:
    at_health.status = 503
    await sign_out()
    await first_refusal(gateway)
    async with gateway.provider.records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE logout_deliveries RENAME TO elsewhere"))
    with caplog.at_level(logging.ERROR):
        worker = another_worker(gateway)
        worker.soon()
        await asyncio.sleep(0.2)
    assert "a logout could not be told now" in caplog.text
    async with gateway.provider.records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO logout_deliveries"))
    assert await waiting(gateway) == 1


async def test_what_ended_is_forgotten_when_no_code_can_be_on_its_way(
    gateway: Gateway, at_health: LogoutReceiver, sign_out: SignOut
) -> None:
    await sign_out()
    await at_health.got()
    gateway.clock.forward(hours=23)
    await gateway.provider.sign_out.forget(gateway.clock())
    assert await count(gateway, ended_sessions) == 1
    gateway.clock.forward(hours=2)
    await gateway.provider.sign_out.forget(gateway.clock())
    assert await count(gateway, ended_sessions) == 0
