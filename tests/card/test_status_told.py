"""Which evidence an answer rests on is told: to the program that asked, and in the report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.card.api import (
    CertificatePath,
    CertificateStatus,
    RevocationSource,
    StatusValue,
    ValidationContext,
)
from gateway.card.messages import verification_answer
from gateway.card.model import Verification
from gateway.commands.check_report import report
from tests.card.batch.desk import crl
from tests.card.world import NOW, World

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
ASKED = CertificateStatus(
    StatusValue.GOOD,
    "asked",
    this_update=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    next_update=datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
    evidence="ocsp",
)


class Asked(RevocationSource):
    """A source that was told by somebody else."""

    name = "asked"

    def __init__(self, status: CertificateStatus) -> None:
        self._status = status

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        return self._status


async def verified(world: World, source: RevocationSource) -> Verification:
    certificate = world.issue("sign").certificate
    return await world.verifier(sources=[source]).verify(world.present(certificate), NOW)


def status_of(verification: Verification) -> Mapping[str, object]:
    status = verification_answer(verification, None)["status"]
    assert isinstance(status, Mapping)
    return status


def line_of(verification: Verification) -> str:
    (line,) = [each for each in report(verification, NOW) if each.startswith("Revocation:")]
    return line


async def test_a_list_is_told_with_its_own_times(world: World) -> None:
    (world.crl_folder / "sign.crl").write_bytes(crl(world, "sign"))
    source = world.crl_source()

    found = await verified(world, source)

    assert found.status is not None
    assert found.status.this_update is not None
    assert status_of(found) == {
        "value": "good",
        "source": "crl",
        "evidence": None,
        "this_update": found.status.this_update,
        "next_update": found.status.next_update,
        "revocation_reason": None,
    }
    assert f"from crl of {found.status.this_update:%Y-%m-%dT%H:%M:%SZ}, next by" in line_of(found)


async def test_the_newer_list_is_told_once_it_is_there(world: World) -> None:
    world.issue("sign")  # a list is published where a certificate has been issued
    for this_update in (NOW - 2 * HOUR, NOW - HOUR):
        published = world.authority.crls(this_update, next_update=NOW + HOUR)
        for name, content in published.items():
            (world.crl_folder / name).write_bytes(content)

        told = status_of(await verified(world, world.crl_source()))

        assert (told["value"], told["this_update"]) == ("good", this_update)


async def test_what_a_source_was_told_by_another_is_told_with_what_that_rests_on(
    world: World,
) -> None:
    found = await verified(world, Asked(ASKED))

    told = status_of(found)
    assert (told["source"], told["evidence"]) == ("asked", "ocsp")
    assert told["this_update"] == ASKED.this_update
    assert line_of(found) == (
        "Revocation: good, from asked (ocsp) of 2026-11-20T02:00:00Z, next by 2026-11-20T04:00:00Z"
    )


async def test_a_source_that_rests_on_nothing_else_names_nothing(world: World) -> None:
    found = await verified(world, Asked(replace(ASKED, evidence=None)))

    assert status_of(found)["evidence"] is None
    assert "from asked of" in line_of(found)
