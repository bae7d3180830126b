"""A code is redeemed in the very moment in which its sign-in ends: whichever is first, no service
has tokens that go on, or was not told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.model import Origin
from gateway.login.session import Session
from gateway.oidc.logout.deliveries import due_deliveries
from gateway.oidc.logout.sign_out import SignedOut, _close
from gateway.oidc.model import Grant
from gateway.oidc.records import add_grant, find_grant
from gateway.residents.model import Resident
from tests.oidc.bad_input.workers import Workers, together
from tests.support.gateway import ACR_WEAK, NOW, Gateway

# SQLite's writers stand in line anyway.
pytestmark = [pytest.mark.anyio, pytest.mark.servers]
LATER = NOW + timedelta(seconds=1)
MUCH_LATER = NOW + timedelta(minutes=10)
SOON = 0.3
"""Seconds in which whoever need not wait is done."""
ROUNDS = 30


@pytest.fixture
async def workers(
    tmp_path: Path, template: Path, postgres_url: str, redis_url: str
) -> AsyncIterator[Workers]:
    async with together(tmp_path, template, postgres_url, redis_url) as workers:
        told = {"backchannel_logout_uri": "https://health.example.test/sign-out"}
        await workers.first.service("health", **told)
        yield workers


@pytest.fixture
async def resident(workers: Workers) -> Resident:
    return await workers.first.resident()


def session_of(resident: Resident, number: int = 0) -> Session:
    return Session(f"{number:064}", resident.resident_id, NOW, ACR_WEAK, (), NOW)


def grant_in(session: Session) -> Grant:
    return Grant(
        grant_id=session.visit_id[-32:],
        client_id="health",
        resident_id=session.resident_id,
        scopes=("openid",),
        auth_time=NOW,
        acr=ACR_WEAK,
        amr=(),
        nonce=None,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        session_id=session.visit_id,
    )


async def end(worker: Gateway, session: Session, *, everywhere: bool = False) -> SignedOut:
    sign_out, origin = worker.provider.sign_out, Origin("resident")
    if everywhere:
        return await sign_out.everywhere(session, origin, LATER)
    return await sign_out.of_session(session, origin, LATER)


async def add(worker: Gateway, grant: Grant) -> bool:
    async with worker.provider.records.writing() as connection:
        return await add_grant(connection, grant)


async def is_alive(worker: Gateway, grant: Grant) -> bool:
    async with worker.provider.records.reading() as connection:
        return await find_grant(connection, grant.grant_id, LATER) is not None


async def to_be_told(worker: Gateway) -> int:
    async with worker.provider.records.reading() as connection:
        return len(await due_deliveries(connection, MUCH_LATER, 2 * ROUNDS))


async def is_done_soon(task: asyncio.Task[object]) -> bool:
    done, _ = await asyncio.wait([task], timeout=SOON)
    return bool(done)


@pytest.mark.parametrize("everywhere", [False, True])
async def test_who_ends_a_sign_in_waits_for_a_code_that_is_redeemed_and_finds_it(
    workers: Workers, resident: Resident, *, everywhere: bool
) -> None:
    here, there = workers.each
    grant = grant_in(session := session_of(resident))
    async with here.provider.records.writing() as connection:
        assert await add_grant(connection, grant)
        ending = asyncio.create_task(end(there, session, everywhere=everywhere))
        assert not await is_done_soon(ending)
    assert [service.client_id for service in (await ending).here] == ["health"]
    assert not await is_alive(here, grant)
    assert await to_be_told(here) == 1


async def test_a_code_waits_for_who_ends_its_sign_in_and_buys_nothing_then(
    workers: Workers, resident: Resident
) -> None:
    here, there = workers.each
    grant = grant_in(session := session_of(resident))
    async with here.provider.records.writing() as connection:
        assert await _close(connection, session.visit_id, LATER)
        redeeming = asyncio.create_task(add(there, grant))
        assert not await is_done_soon(redeeming)
    assert not await redeeming
    assert not await is_alive(here, grant)


async def test_who_breaks_off_ending_a_sign_in_leaves_it_open(
    workers: Workers, resident: Resident
) -> None:
    here, there = workers.each
    grant = grant_in(session := session_of(resident))
    async with here.provider.records.writing() as connection:
        assert await _close(connection, session.visit_id, LATER)
        redeeming = asyncio.create_task(add(there, grant))
        assert not await is_done_soon(redeeming)
        await connection.rollback()
    assert await redeeming


async def test_codes_of_other_sign_ins_wait_for_nobody(
    workers: Workers, resident: Resident
) -> None:
    here, there = workers.each
    async with here.provider.records.writing() as connection:
        assert await _close(connection, session_of(resident).visit_id, LATER)
        other = grant_in(session_of(resident, 1))
        assert await asyncio.wait_for(add(there, other), SOON * 10)


async def test_at_the_same_moment_either_of_them_is_first(
    workers: Workers, resident: Resident
) -> None:
    here, there = workers.each
    bought = 0
    for number in range(ROUNDS):
        grant = grant_in(session := session_of(resident, number))
        added, ended = await asyncio.gather(add(here, grant), end(there, session))
        assert not await is_alive(here, grant)
        assert added == bool(ended.here)
        bought += added
    assert await to_be_told(here) == bought
