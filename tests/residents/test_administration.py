"""What an operator does with a resident: one row, one version, and nothing else changed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import pytest

from gateway.card.api import CertificateType
from gateway.errors import Conflict, NoSuchThing, StaleVersion
from gateway.residents.administration import (
    ResidentRecord,
    find_resident_record,
    mark_deceased,
    resume,
    suspend,
    unmark_deceased,
)
from gateway.residents.links import Links
from gateway.residents.model import Resident, ResidentState
from gateway.residents.registry import Residents
from gateway.store.api import Records
from tests.residents.people import HANAKO, NOT_AFTER, NOW, SABURO, auth, register

pytestmark = pytest.mark.anyio
LATER = NOW + timedelta(hours=1)
Deed = Callable[..., Awaitable[ResidentRecord]]


@pytest.fixture
async def hanako(residents: Residents) -> Resident:
    return (await register(residents, 1, 2)).resident


async def do(
    records: Records, deed: Deed, resident_id: str, expected_version: int
) -> ResidentRecord:
    async with records.writing() as connection:
        return await deed(connection, resident_id, expected_version=expected_version, now=LATER)


async def record_of(records: Records, resident_id: str) -> ResidentRecord | None:
    async with records.reading() as connection:
        return await find_resident_record(connection, resident_id)


async def test_the_record_tells_what_is_known_without_the_attributes(
    records: Records, links: Links, hanako: Resident
) -> None:
    await links.put("health", hanako.resident_id, "H-1", NOW)
    await links.end("health", hanako.resident_id, LATER)
    await links.put("points", hanako.resident_id, "P-1", LATER)
    record = await record_of(records, hanako.resident_id)
    assert record is not None
    assert (record.common_id, record.state) == (hanako.common_id, ResidentState.ACTIVE)
    assert (record.created_at, record.changed_at, record.version) == (NOW, None, 1)
    assert [(each.certificate_type, each.not_after) for each in record.certificates] == [
        (CertificateType.AUTHENTICATION, NOT_AFTER),
        (CertificateType.SIGNATURE, NOT_AFTER),
    ]
    assert [(each.client_id, each.local_id, each.ended_at) for each in record.links] == [
        ("health", "H-1", LATER),
        ("points", "P-1", None),
    ]
    for secret in (hanako.common_id, "H-1", "P-1", "花子"):
        assert secret not in repr(record)


async def test_nobody_has_no_record_and_is_not_changed(records: Records) -> None:
    assert await record_of(records, "0" * 32) is None
    with pytest.raises(NoSuchThing):
        await do(records, suspend, "0" * 32, 1)


async def test_a_resident_is_suspended_resumed_taken_for_dead_and_put_right(
    records: Records, residents: Residents, hanako: Resident
) -> None:
    for version, (deed, state) in enumerate(
        [
            (suspend, ResidentState.SUSPENDED),
            (resume, ResidentState.ACTIVE),
            (mark_deceased, ResidentState.DECEASED),
            (unmark_deceased, ResidentState.SUSPENDED),
            (mark_deceased, ResidentState.DECEASED),
            (unmark_deceased, ResidentState.SUSPENDED),
            (resume, ResidentState.ACTIVE),
        ],
        start=1,
    ):
        record = await do(records, deed, hanako.resident_id, version)
        assert (record.state, record.version, record.changed_at) == (state, version + 1, LATER)
        assert record == await record_of(records, hanako.resident_id)
        # The same protection throughout: nothing of what is known goes.
        assert await residents.attributes(hanako.resident_id) == HANAKO
        assert len(record.certificates) == 2


async def test_a_change_that_is_not_allowed_changes_nothing(
    records: Records, hanako: Resident
) -> None:
    before = await record_of(records, hanako.resident_id)
    for deed in (resume, unmark_deceased):
        with pytest.raises(Conflict):
            await do(records, deed, hanako.resident_id, 1)
    assert await record_of(records, hanako.resident_id) == before


async def test_whoever_waits_is_let_in_by_no_clerk(records: Records, residents: Residents) -> None:
    await register(residents, 1, 2)
    waiting = (await register(residents, 3, 4)).resident
    for deed in (suspend, resume, mark_deceased, unmark_deceased):
        with pytest.raises(Conflict):
            await do(records, deed, waiting.resident_id, 1)
    assert await residents.find(auth(3)) == waiting


async def test_a_stale_version_changes_nothing(records: Records, hanako: Resident) -> None:
    await do(records, suspend, hanako.resident_id, 1)
    before = await record_of(records, hanako.resident_id)
    for version in (0, 1, 3):
        with pytest.raises(StaleVersion):
            await do(records, resume, hanako.resident_id, version)
    assert await record_of(records, hanako.resident_id) == before


async def test_of_twenty_operators_with_one_version_one_changes(
    records: Records, residents: Residents, hanako: Resident
) -> None:
    saburo = (await register(residents, 3, 4, SABURO)).resident
    outcomes: list[str] = []

    async def one() -> None:
        try:
            await do(records, suspend, hanako.resident_id, 1)
            outcomes.append("done")
        except StaleVersion:
            outcomes.append("stale")

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one)
    assert sorted(outcomes) == ["done"] + ["stale"] * 19
    other = await record_of(records, saburo.resident_id)
    assert other is not None
    assert (other.state, other.version) == (ResidentState.ACTIVE, 1)


async def test_what_the_caller_cannot_log_is_not_done(records: Records, hanako: Resident) -> None:
    async def suspend_and_fail() -> None:
        async with records.writing() as connection:
            await suspend(connection, hanako.resident_id, expected_version=1, now=LATER)
            raise RuntimeError("the log cannot be written")

    with pytest.raises(RuntimeError):
        await suspend_and_fail()
    record = await record_of(records, hanako.resident_id)
    assert record is not None
    assert (record.state, record.version) == (ResidentState.ACTIVE, 1)
