"""The residents' room on both stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.audit.log import AuditLog
from gateway.keys.hashing import KeyedHash
from gateway.keys.master import MasterKey
from gateway.keys.sealing import Sealer
from gateway.oidc.ending import revoke_of_residents
from gateway.residents.links import Links
from gateway.residents.registry import Residents
from gateway.residents.revocations import Revocations
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.residents.people import LATER
from tests.support.gateway import MovableClock

KEYED_HASH = KeyedHash(b"k" * 32)
SEALER = Sealer(MasterKey(b"m" * 32))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/genkan.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    await migrate(url)
    records = open_records(url)
    yield records
    await records.close()


@pytest.fixture
def residents(records: Records) -> Residents:
    return residents_in(records)


def residents_in(
    records: Records, keyed_hash: KeyedHash = KEYED_HASH, sealer: Sealer = SEALER
) -> Residents:
    audit, clock = AuditLog(records, keyed_hash), MovableClock(LATER)
    revocations = Revocations(audit, revoke_of_residents, clock)
    return Residents(records, keyed_hash, sealer, revocations)


@pytest.fixture
def links(records: Records) -> Links:
    return Links(records)
