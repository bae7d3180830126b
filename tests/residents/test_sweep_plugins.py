"""The sweep over sources that are anyone's plugins: what one does wrong costs nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from gateway.card.api import RevokedCertificate, RevokedCertificates
from gateway.residents.registry import Residents
from gateway.store.api import Records
from tests.residents.people import NOW, register
from tests.residents.revoking import REVOKED_AT, Lists, bindings, sweep_over

pytestmark = pytest.mark.anyio
SECRET = "serial number 55510000000 of 花咲　花子"


@dataclass
class Broken(Lists):
    """It tells more than it should of why it does not answer."""

    async def revoked(self, now: datetime) -> list[RevokedCertificates]:
        raise RuntimeError(SECRET)


@pytest.fixture
async def hanako(residents: Residents) -> str:
    return (await register(residents, 1, 2)).resident.resident_id


@pytest.mark.parametrize("broken_first", [True, False])
async def test_a_source_that_fails_leaves_the_lists_of_the_others_to_be_swept(
    records: Records, hanako: str, caplog: pytest.LogCaptureFixture, *, broken_first: bool
) -> None:
    lists = Lists()
    lists.publish("jpki-auth", 1)
    both = (Broken(), lists) if broken_first else (lists, Broken())
    await replace(sweep_over(records, lists), sources=both).once()
    assert (await bindings(records))[hanako, "authentication"] == (REVOKED_AT, "keyCompromise")
    assert "revocation source lists failed: RuntimeError" in caplog.text
    assert SECRET not in caplog.text


async def test_what_a_source_says_of_a_list_that_it_cannot_read_is_not_logged(
    records: Records, hanako: str, caplog: pytest.LogCaptureFixture
) -> None:
    def entries() -> Iterator[RevokedCertificate]:
        raise ValueError(SECRET)

    lists = Lists(published=[RevokedCertificates("jpki-auth", "list", NOW, entries)])
    await sweep_over(records, lists).once()
    assert "a list of jpki-auth failed" in caplog.text
    assert SECRET not in caplog.text
