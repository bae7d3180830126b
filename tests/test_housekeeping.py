"""Seals are made, old logs end and lists are swept by themselves, by one worker of all."""

from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa
from cryptography import x509

from gateway.assembly import make_sweep, make_verifier
from gateway.audit.files import LogFiles
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.audit.records import log_entries, seals
from gateway.audit.sealing import Sealing
from gateway.housekeeping import Housekeeping, kept
from gateway.plugins import installed_plugins
from gateway.settings import Audit
from tests.support.counter import registered
from tests.support.gateway import Gateway
from tests.support.log import count, logged
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
SETTINGS = Audit(seal_seconds=600, retention_days=365)


def housekeeping(gateway: Gateway, folder: Path, settings: Audit = SETTINGS) -> Housekeeping:
    provider = gateway.provider
    return Housekeeping(
        provider.records,
        provider.moments,
        provider.audit,
        Sealing(provider.records, provider.keys),
        make_sweep(provider, make_verifier(provider.settings, installed_plugins())),
        provider.sign_out,
        LogFiles(folder),
        settings,
        gateway.clock,
    )


async def note(gateway: Gateway) -> None:
    entry = Entry(gateway.clock(), LogKind.EVENT, "gateway.started", Outcome.DONE, GATEWAY)
    await gateway.provider.audit.record(entry)


async def test_what_was_written_is_sealed_once_a_pause_by_one_worker(
    gateway: Gateway, tmp_path: Path
) -> None:
    await note(gateway)
    one, other = housekeeping(gateway, tmp_path), housekeeping(gateway, tmp_path)
    await one.once()
    await note(gateway)
    await other.once()
    assert await count(gateway, seals) == 1
    gateway.clock.forward(seconds=600)
    await other.once()
    assert await count(gateway, seals) == 2


async def test_entries_go_when_their_time_is_over_and_not_a_day_before(
    gateway: Gateway, tmp_path: Path
) -> None:
    await note(gateway)
    keeper = housekeeping(gateway, tmp_path)
    await keeper.once()
    before = await count(gateway, log_entries)
    gateway.clock.forward(days=365)
    await keeper.once()
    assert await count(gateway, log_entries) == before
    gateway.clock.forward(days=1)
    await keeper.once()
    async with gateway.provider.records.reading() as connection:
        left = (await connection.execute(sa.select(log_entries.c.deed))).scalars().all()
    assert left == ["logs.removed"]
    assert await count(gateway, seals) == 2


async def test_a_new_list_is_swept_by_itself_and_the_seals_do_not_wait(
    gateway: Gateway, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.housekeeping.SWEEP_SECONDS", 0.05)
    card = town.card(HANAKO, gateway.clock())
    resident = await registered(gateway, card)
    async with kept(housekeeping(gateway, tmp_path)):
        town.revoke(card.authentication, x509.ReasonFlags.superseded, gateway.clock())
        with anyio.fail_after(10):
            while not (found := await logged(gateway)):  # noqa: ASYNC110 - nobody else tells
                await anyio.sleep(0.05)
    assert [entry.deed for entry in found] == ["certificate.revoked"]
    assert found[0].resident == gateway.provider.audit.pseudonym(resident.resident_id)
    assert await count(gateway, seals) == 0


async def test_a_sweep_that_fails_is_told_and_the_next_one_is_made(
    gateway: Gateway,
    town: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("gateway.housekeeping.SWEEP_SECONDS", 0.05)
    card = town.card(HANAKO, gateway.clock())
    await registered(gateway, card)
    town.revoke(card.authentication, x509.ReasonFlags.superseded, gateway.clock())
    async with gateway.provider.records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE swept_lists RENAME TO elsewhere"))
    async with kept(housekeeping(gateway, tmp_path)):
        with anyio.fail_after(10):
            while "housekeeping failed" not in caplog.text:  # noqa: ASYNC110 - only the log tells
                await anyio.sleep(0.05)
        assert await logged(gateway) == []
        async with gateway.provider.records.writing() as connection:
            await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO swept_lists"))
        with anyio.fail_after(10):
            while not await logged(gateway):  # noqa: ASYNC110 - nobody else tells
                await anyio.sleep(0.05)


async def test_a_round_that_fails_is_told_and_the_next_one_is_made(
    gateway: Gateway, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Audit(seal_seconds=1)
    await note(gateway)
    async with gateway.provider.records.writing() as connection:
        await connection.execute(sa.text("ALTER TABLE seals RENAME TO elsewhere"))
    async with kept(housekeeping(gateway, tmp_path, settings)):
        with anyio.fail_after(10):
            while not caplog.records:  # noqa: ASYNC110 - nothing but the log tells of it
                await anyio.sleep(0.05)
        async with gateway.provider.records.writing() as connection:
            await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO seals"))
        gateway.clock.forward(seconds=1)
        with anyio.fail_after(10):
            while await count(gateway, seals) == 0:  # noqa: ASYNC110 - the store tells nobody
                await anyio.sleep(0.05)
    assert "housekeeping failed" in caplog.text
