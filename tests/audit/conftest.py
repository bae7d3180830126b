"""The log's room on every kind of store: entries, what seals them, and keys to check it with."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.audit.findings import Problem, Report
from gateway.audit.heads import PublicKeys, Seal, public_keys
from gateway.audit.log import AuditLog
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.records import seals
from gateway.audit.sealing import Sealing
from gateway.audit.verify import verify
from gateway.keys.hashing import KeyedHash
from gateway.keys.key_store import read_keys
from gateway.keys.master import MasterKey
from gateway.keys.model import public_jwk
from gateway.keys.signing import SigningKeys
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.support.gateway import NOW

MASTER = MasterKey(bytes(32))


@dataclass(frozen=True)
class Book:
    """A log, and what a test does with it."""

    records: Records
    audit: AuditLog
    sealing: Sealing
    signing_keys: SigningKeys

    async def write(self, count: int, now: datetime = NOW) -> None:
        await self.audit.record(*(entry(number, now) for number in range(count)))

    async def seal(self, now: datetime = NOW) -> Seal:
        seal = await self.sealing.seal(now)
        assert seal is not None
        return seal

    async def verify(self, *kept_heads: str) -> Report:
        return await verify(self.records, await self.keys(), kept_heads)

    async def problems(self, *kept_heads: str) -> list[tuple[Problem, int | None]]:
        report = await self.verify(*kept_heads)
        return [(finding.problem, finding.seal_id) for finding in report.findings]

    async def heads(self) -> list[str]:
        async with self.records.reading() as connection:
            query = sa.select(seals.c.signed_head).order_by(seals.c.seal_id)
            return list((await connection.execute(query)).scalars())

    async def change(self, *statements: sa.Update | sa.Delete | sa.Insert) -> None:
        """Behind the gateway's back."""
        async with self.records.writing() as connection:
            for statement in statements:
                assert (await connection.execute(statement)).rowcount > 0

    async def keys(self) -> PublicKeys:
        keys = await read_keys(self.records, MASTER)
        return public_keys([public_jwk(key.info.alg, key.private_key) for key in keys])


def entry(number: int, now: datetime = NOW) -> Entry:
    return Entry(
        now + timedelta(microseconds=number),
        LogKind.AUTHENTICATION,
        "resident.signed_in",
        Outcome.DONE,
        Origin("resident", "2001:db8::1", f"{number:016x}"),
        tenant_id="hanasaki",
        client_id="library",
        resident=f"pseudonym-{number}",
        detail={"acr": "card", "method": "certificate"},
    )


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "genkan.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_store(tmp_path: Path, empty_store: Path) -> str:
    shutil.copy(empty_store, tmp_path / "genkan.db")
    return f"sqlite:///{tmp_path}/genkan.db"


@pytest.fixture
def postgres_store(postgres_url: str) -> str:
    asyncio.run(migrate(postgres_url))
    return postgres_url


@pytest.fixture(params=["sqlite_store", pytest.param("postgres_store", marks=pytest.mark.servers)])
def records_url(request: pytest.FixtureRequest) -> str:
    """A database with its tables, and nothing in them."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def records(records_url: str) -> AsyncIterator[Records]:
    opened = open_records(records_url)
    yield opened
    await opened.close()


@pytest.fixture
async def book(records: Records) -> Book:
    signing_keys = SigningKeys(records, MASTER, timedelta(minutes=1))
    await signing_keys.ensure(NOW)
    audit = AuditLog(records, KeyedHash(b"k" * 32))
    return Book(records, audit, Sealing(records, signing_keys), signing_keys)


@pytest.fixture
async def sealed(book: Book) -> Book:
    """Seals over the entries 1 to 4, 5 to 8 and 9 to 12; 13 and 14 are not sealed yet."""
    for number in range(3):
        await book.write(4)
        await book.seal(NOW + number * timedelta(minutes=10))
    await book.write(2)
    return book
