"""Grants and consents of both dialects: in force while their resident is active, and never again
once that was interrupted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.consent.consents import Agreed, Consents
from gateway.oidc.model import Grant
from gateway.oidc.records import add_grant, find_grant, grants, revoke_grant
from gateway.residents.model import Resident, ResidentState
from gateway.residents.records import add_resident
from gateway.residents.states import Change
from gateway.residents.transition import change_state
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.support.gateway import ACR_WEAK, NOW

pytestmark = pytest.mark.anyio
HANAKO = Resident("hanako", "HANAKO", ResidentState.ACTIVE)
GRANT = Grant(
    grant_id="g1",
    client_id="health",
    resident_id=HANAKO.resident_id,
    scopes=("openid", "profile"),
    auth_time=NOW,
    acr=ACR_WEAK,
    amr=("sc", "pin"),
    nonce=None,
    created_at=NOW,
    expires_at=NOW + timedelta(days=30),
)
NEXT = replace(GRANT, grant_id="g2", created_at=NOW + timedelta(hours=1))
SUSPENDED_AT, RESUMED_AT = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    await migrate(url)
    records = open_records(url)
    async with records.writing() as connection:
        await add_resident(connection, HANAKO, NOW)
    yield records
    await records.close()


async def add(records: Records, grant: Grant) -> bool:
    async with records.writing() as connection:
        return await add_grant(connection, grant)


async def find(records: Records, grant: Grant) -> Grant | None:
    async with records.reading() as connection:
        return await find_grant(connection, grant.grant_id, NOW)


async def interrupt(records: Records) -> None:
    async with records.writing() as connection:
        await change_state(connection, HANAKO.resident_id, Change.SUSPEND, SUSPENDED_AT)


async def let_in_again(records: Records) -> None:
    async with records.writing() as connection:
        await change_state(connection, HANAKO.resident_id, Change.RESUME, RESUMED_AT)


async def test_a_grant_is_written_once_and_found_as_it_was(records: Records) -> None:
    assert await add(records, GRANT)
    assert not await add(records, replace(GRANT, scopes=("openid",)))
    assert await find(records, GRANT) == GRANT
    async with records.writing() as connection:
        assert await revoke_grant(connection, GRANT, NOW)
        assert not await revoke_grant(connection, GRANT, NOW)
    assert await find(records, GRANT) is None


async def test_nobody_unknown_is_granted_anything(records: Records) -> None:
    assert not await add(records, replace(GRANT, resident_id="nobody"))
    assert await find(records, GRANT) is None


async def test_what_was_granted_before_an_interruption_never_comes_back(records: Records) -> None:
    await add(records, GRANT)
    await interrupt(records)
    assert await find(records, GRANT) is None
    assert not await add(records, NEXT)
    await let_in_again(records)
    assert await find(records, GRANT) is None
    assert not await add(records, replace(GRANT, grant_id="g3"))  # its code is of before
    assert await add(records, NEXT)
    assert await find(records, NEXT) == NEXT
    async with records.reading() as connection:
        count = sa.select(sa.func.count()).select_from(grants)
        assert (await connection.execute(count)).scalar_one() == 2


async def test_consents_tell_whether_a_session_still_stands(records: Records) -> None:
    consents, who = Consents(records), HANAKO.resident_id
    assert await consents.given("health", who, since=NOW) == Agreed()
    await consents.give("health", who, ("profile",), NOW)
    assert await consents.given("health", who, since=NOW) == Agreed(frozenset({"profile"}))
    assert await consents.given("health", "nobody", since=NOW) is None
    await interrupt(records)
    await consents.give("health", who, ("address",), SUSPENDED_AT)
    assert await consents.given("health", who, since=SUSPENDED_AT) is None
    await let_in_again(records)
    assert await consents.given("health", who, since=NOW) is None
    assert await consents.given("health", who, since=RESUMED_AT) == Agreed(frozenset({"profile"}))
