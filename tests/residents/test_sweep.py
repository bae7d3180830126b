"""The sweep: every list once, against all bindings; whom it finds, whom it leaves alone."""

from datetime import timedelta

import anyio
import pytest
import sqlalchemy as sa

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, LogKind, Outcome
from gateway.residents.administration import find_resident_record, suspend
from gateway.residents.records import swept_lists
from gateway.residents.registry import Residents
from gateway.residents.sweep import REMEMBERED
from gateway.store.api import Records
from gateway.store.memory import MemoryMoments
from tests.residents.conftest import KEYED_HASH
from tests.residents.people import HANAKO, LATER, NOW, SABURO, register
from tests.residents.revoking import REVOKED_AT, Lists, bindings, changes, sweep_over
from tests.support.gateway import MovableClock
from tests.support.log import logged_in

pytestmark = pytest.mark.anyio
AUTH, SIGN = "authentication", "signature"
NOTHING = (None, None)
HANAKOS, SABUROS = (1001, 1002), (2001, 2002)
"""Serial numbers of the authentication and the signature certificate."""


@pytest.fixture
async def hanako(residents: Residents) -> str:
    return (await register(residents, *HANAKOS, HANAKO)).resident.resident_id


@pytest.fixture
async def saburo(residents: Residents) -> str:
    return (await register(residents, *SABUROS, SABURO)).resident.resident_id


@pytest.fixture
def lists() -> Lists:
    return Lists()


async def swept(records: Records) -> set[tuple[str, str]]:
    async with records.reading() as connection:
        rows = await connection.execute(sa.select(swept_lists))
        return {(row.anchor_set, row.digest) for row in rows}


async def test_a_revoked_authentication_certificate_ends_what_was_begun_and_is_told_once(
    records: Records, lists: Lists, hanako: str, saburo: str
) -> None:
    lists.publish("jpki-auth", 7, HANAKOS[0], 8)
    await sweep_over(records, lists).once()
    await sweep_over(records, lists).once()
    assert await bindings(records) == {
        (hanako, AUTH): (REVOKED_AT, "keyCompromise"),
        (hanako, SIGN): NOTHING,
        (saburo, AUTH): NOTHING,
        (saburo, SIGN): NOTHING,
    }
    assert await changes(records, hanako) == (LATER, 2)
    assert await changes(records, saburo) == (None, 1)
    (entry,) = await logged_in(records)
    assert (entry.kind, entry.deed, entry.outcome) == (
        LogKind.EVENT,
        "certificate.revoked",
        Outcome.DONE,
    )
    assert (entry.at, entry.origin) == (LATER, GATEWAY)
    assert entry.resident == AuditLog(records, KEYED_HASH).pseudonym(hanako)
    assert entry.detail == {"certificate": AUTH, "reason": "keyCompromise"}
    assert lists.readings == 1


async def test_a_revoked_signature_certificate_is_marked_and_ends_nothing(
    records: Records, lists: Lists, hanako: str
) -> None:
    lists.publish("jpki-sign", HANAKOS[1], reason="affiliationChanged")
    await sweep_over(records, lists).once()
    found = await bindings(records)
    assert found[hanako, SIGN] == (REVOKED_AT, "affiliationChanged")
    assert found[hanako, AUTH] == NOTHING
    assert await changes(records, hanako) == (None, 1)
    (entry,) = await logged_in(records)
    assert entry.detail == {"certificate": SIGN, "reason": "affiliationChanged"}


@pytest.mark.parametrize("anchor_set", ["jpki-sign", "another-scheme"])
async def test_the_same_number_on_another_cas_list_says_nothing(
    records: Records, lists: Lists, hanako: str, anchor_set: str
) -> None:
    lists.publish(anchor_set, HANAKOS[0])
    await sweep_over(records, lists).once()
    assert set((await bindings(records)).values()) == {NOTHING}
    assert await changes(records, hanako) == (None, 1)
    assert await logged_in(records) == []


async def test_a_list_of_certificates_that_nobody_can_bind_is_not_even_read(
    records: Records, lists: Lists, hanako: str
) -> None:
    lists.publish("another-scheme", HANAKOS[0])
    await sweep_over(records, lists).once()
    assert lists.readings == 0
    assert await swept(records) == set()


async def test_a_hold_is_final_and_what_was_learned_first_stays(
    records: Records, lists: Lists, hanako: str
) -> None:
    lists.publish("jpki-auth", HANAKOS[0], reason="certificateHold")
    await sweep_over(records, lists).once()
    lists.publish("jpki-auth", 9)
    lists.publish("jpki-auth", HANAKOS[0], reason="superseded")
    await sweep_over(records, lists).once()
    assert (await bindings(records))[hanako, AUTH] == (REVOKED_AT, "certificateHold")
    assert await changes(records, hanako) == (LATER, 2)
    assert len(await logged_in(records)) == 1
    assert lists.readings == 3


async def test_whoever_registers_later_is_found_by_the_next_list(
    records: Records, residents: Residents, lists: Lists
) -> None:
    lists.publish("jpki-auth", HANAKOS[0])
    await sweep_over(records, lists).once()
    resident_id = (await register(residents, *HANAKOS)).resident.resident_id
    await sweep_over(records, lists).once()
    assert (await bindings(records))[resident_id, AUTH] == NOTHING
    lists.publish("jpki-auth", HANAKOS[0])
    await sweep_over(records, lists).once()
    assert (await bindings(records))[resident_id, AUTH] == (REVOKED_AT, "keyCompromise")


async def test_somebody_shut_out_keeps_the_time_and_the_version_of_their_state(
    records: Records, lists: Lists, hanako: str
) -> None:
    async with records.writing() as connection:
        await suspend(connection, hanako, expected_version=1, now=NOW)
    lists.publish("jpki-auth", HANAKOS[0])
    await sweep_over(records, lists).once()
    assert (await bindings(records))[hanako, AUTH] == (REVOKED_AT, "keyCompromise")
    assert await changes(records, hanako) == (NOW, 2)


async def test_an_operator_sees_what_was_found(records: Records, lists: Lists, hanako: str) -> None:
    lists.publish("jpki-sign", HANAKOS[1], reason="superseded")
    await sweep_over(records, lists).once()
    async with records.reading() as connection:
        record = await find_resident_record(connection, hanako)
    assert record is not None
    alive, dead = record.certificates
    assert (alive.revoked_at, alive.revocation_reason, alive.found_revoked_at) == (None, None, None)
    assert dead.certificate_type == SIGN
    assert dead.revoked_at == REVOKED_AT
    assert dead.revocation_reason == "superseded"
    assert dead.found_revoked_at == LATER


async def test_a_reason_that_rfc_5280_does_not_know_is_not_repeated(
    records: Records, lists: Lists, hanako: str
) -> None:
    lists.publish("jpki-auth", HANAKOS[0], reason="花咲　花子 " * 20)
    await sweep_over(records, lists).once()
    assert (await bindings(records))[hanako, AUTH] == (REVOKED_AT, "unspecified")
    (entry,) = await logged_in(records)
    assert entry.detail["reason"] == "unspecified"


async def test_an_empty_list_is_done_too(records: Records, lists: Lists) -> None:
    lists.publish("jpki-auth")
    await sweep_over(records, lists).once()
    await sweep_over(records, lists).once()
    assert lists.readings == 1


async def test_lists_are_forgotten_after_their_time(records: Records, lists: Lists) -> None:
    lists.publish("jpki-auth", 1)
    await sweep_over(records, lists).once()
    assert await swept(records) == {("jpki-auth", "list-0")}
    lists.publish("jpki-auth", 2)
    late = sweep_over(records, lists)
    assert isinstance(late.clock, MovableClock)
    late.clock.now += REMEMBERED + timedelta(seconds=1)
    await late.once()
    assert await swept(records) == {("jpki-auth", "list-1")}


async def test_of_two_workers_one_sweeps(records: Records, lists: Lists, hanako: str) -> None:
    lists.publish("jpki-auth", *range(5_000), HANAKOS[0])
    moments = MemoryMoments(MovableClock(LATER))
    async with anyio.create_task_group() as both:
        for _ in range(2):
            both.start_soon(sweep_over(records, lists, moments).once)
    assert lists.readings == 1
    assert len(await logged_in(records)) == 1
    lists.publish("jpki-auth", *HANAKOS)
    await sweep_over(records, lists, moments).once()
    assert lists.readings == 2
