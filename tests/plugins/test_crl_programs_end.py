"""A program that fetches lists ends when nobody waits for it any more, with all it has started."""

import asyncio
import logging
from datetime import datetime
from pathlib import Path

import anyio
import pytest

from gateway.card.api import StatusValue
from plugins.crl.admission import Admission
from plugins.crl.errors import UnusableError
from plugins.crl.index_folder import IndexFolder
from plugins.crl.refresher import FIRST_PAUSE, Refresher, SourceState
from plugins.crl.settings import read_settings
from tests.card.world import NOW
from tests.plugins.crl_program import ADDRESS, GIVE, Program, numbered, until
from tests.plugins.crl_world import CrlWorld

pytestmark = pytest.mark.anyio

GOOD, UNKNOWN = StatusValue.GOOD, StatusValue.UNKNOWN
HANG = "leave_a_child(); output.write(published); output.flush(); time.sleep(600)"


@pytest.fixture
def program(crls: CrlWorld, tmp_path: Path) -> Program:
    made = Program(crls, tmp_path / "program")
    made.publish(crls.crl(numbered(7)))
    return made


def impatient(program: Program, seconds: float = 1.0) -> Refresher:
    settings = read_settings(program.table)
    indices = IndexFolder(settings.index_directory, settings.max_file_bytes)
    admission = Admission(settings.directory, indices, program.crls.anchors())
    return Refresher(settings, admission, seconds)


async def test_one_that_is_late_is_killed_with_its_children(
    program: Program, crls: CrlWorld
) -> None:
    await program.refresh()
    program.publish(crls.crl(numbered(8)))
    program.does(HANG)
    refresher = impatient(program, 3.0)

    with pytest.raises(UnusableError, match="it was not fetched in time"):
        await refresher.fetch(ADDRESS, NOW, lambda _, __: None)

    assert len(program.pids) == 3
    await program.is_gone()
    assert refresher.state(ADDRESS) == SourceState(NOW, 1, "it was not fetched in time")
    assert (await crls.status()).value is GOOD
    assert [line.number for line in program.lists.lists(NOW)] == [7]
    assert not list(crls.folder.glob(".partial*"))


@pytest.mark.parametrize(
    "code",
    [
        GIVE + "; output.flush(); os.close(1); os.close(2); time.sleep(600)",
        GIVE + "; leave_a_child()",
        GIVE + "; leave_a_child(stdout=subprocess.DEVNULL)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
    ],
    ids=["closes its output", "its child may write", "its child may complain", "will not end"],
)
async def test_what_may_still_be_written_is_waited_for_only_so_long(
    program: Program, crls: CrlWorld, code: str
) -> None:
    program.does(code)

    with pytest.raises(UnusableError, match="it was not fetched in time"):
        await impatient(program).fetch(ADDRESS, NOW, lambda _, __: None)

    await program.is_gone()
    assert (await crls.status()).value is UNKNOWN
    assert not list(crls.folder.glob("*.crl"))


async def test_a_child_it_leaves_behind_ends_with_it(program: Program, crls: CrlWorld) -> None:
    program.does(GIVE + "; leave_a_child(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)")

    await program.refresh()

    assert len(program.pids) == 2
    await program.is_gone()
    assert (await crls.status()).value is GOOD


async def test_whoever_stops_waiting_ends_it(program: Program, crls: CrlWorld) -> None:
    program.does(HANG)
    task = asyncio.create_task(program.refresh())
    await until(lambda: len(program.pids) == 2)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await program.is_gone()
    assert program.lists.source_state(ADDRESS) == SourceState(NOW, 1, "it was not finished")
    assert not list(crls.folder.glob("*.crl"))
    assert not list(crls.folder.glob(".partial*"))


async def test_when_the_gateway_stops_it_stops(program: Program, crls: CrlWorld) -> None:
    program.does(HANG)
    source = crls.remake(sources=[ADDRESS], programs={"ldap": program.command})
    source.trust(list(crls.anchors().values()))

    async with source.kept(lambda: NOW):
        await until(lambda: len(program.pids) == 2)

    await program.is_gone()
    assert not list(crls.folder.glob(".partial*"))


async def test_while_the_gateway_runs_it_is_run_unasked(program: Program, crls: CrlWorld) -> None:
    source = crls.remake(sources=[ADDRESS], programs={"ldap": program.command})
    source.trust(list(crls.anchors().values()))

    async with source.kept(lambda: NOW):
        await until(lambda: bool(list(crls.folder.glob("*.crl"))))
        assert (await crls.status()).value is GOOD

    assert len(program.pids) == 1


async def test_one_that_fails_is_left_alone_for_a_while_and_its_complaint_is_logged(
    program: Program, crls: CrlWorld, caplog: pytest.LogCaptureFixture
) -> None:
    program.does(r"print('\x1b[31mno such object\nand more', file=sys.stderr); sys.exit(32)")
    problem = r"its program ended with exit code 32: \x1b[31mno such object"

    async def run_at(now: datetime, expected: SourceState) -> None:
        source = crls.remake(sources=[ADDRESS], programs={"ldap": program.command})
        source.trust(list(crls.anchors().values()))
        async with source.kept(lambda: now):
            await anyio.sleep(0.2)
            await until(lambda: program.lists.source_state(ADDRESS) == expected)

    with caplog.at_level(logging.INFO, "plugins.crl"):
        await run_at(NOW, SourceState(NOW, 1, problem))
        await run_at(NOW + FIRST_PAUSE / 2, SourceState(NOW, 1, problem))
        assert len(program.pids) == 1
        await run_at(NOW + FIRST_PAUSE, SourceState(NOW + FIRST_PAUSE, 2, problem))
        assert len(program.pids) == 2

    told = [each.getMessage() for each in caplog.records if ADDRESS in each.getMessage()]
    assert told == [f"CRL source {ADDRESS}: {problem}; what is there is used on"] * 2
