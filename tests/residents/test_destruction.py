"""Deleted for good: what could be opened cannot be any more, and only a tombstone is left."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, NoSuchThing
from gateway.residents.administration import find_resident_record
from gateway.residents.destruction import Destroyed, destroy_resident
from gateway.residents.links import Links
from gateway.residents.model import RegistrationOutcome, Resident, ResidentState
from gateway.residents.records import basic_attributes, binding_reviews, certificates
from gateway.residents.records import links as links_table
from gateway.residents.registry import Residents
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.residents.conftest import residents_in
from tests.residents.people import HANAKO_MOVED, NOW, SABURO, auth, register, sign

pytestmark = pytest.mark.anyio
LATER = NOW + timedelta(hours=1)
LOCAL_ID = "health-4711-hanako"


async def destroy(records: Records, resident: Resident) -> Destroyed:
    async with records.writing() as connection:
        return await destroy_resident(connection, resident.resident_id, LATER)


async def test_everything_of_one_resident_goes_and_is_counted(
    records: Records, residents: Residents, links: Links
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    saburo = (await register(residents, 3, 4, SABURO)).resident
    await register(residents, 1, 5, HANAKO_MOVED)
    for client_id in ("health", "points"):
        await links.put(client_id, hanako.resident_id, LOCAL_ID, NOW)
    await links.end("points", hanako.resident_id, NOW)
    await links.put("health", saburo.resident_id, "S-1", NOW)
    assert await destroy(records, hanako) == Destroyed(data_keys=1, certificates=3, links=2)
    assert await residents.attributes(hanako.resident_id) is None
    for certificate in (auth(1), sign(2), sign(5)):
        assert await residents.find(certificate) is None
    async with records.reading() as connection:
        for table in (basic_attributes, certificates, links_table):
            owners = set((await connection.execute(sa.select(table.c.resident_id))).scalars())
            assert owners == {saburo.resident_id}
    assert await residents.find(auth(3)) == saburo
    assert await residents.attributes(saburo.resident_id) == SABURO


async def test_the_tombstone_keeps_the_common_id_from_everybody_else(
    records: Records, residents: Residents
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    await destroy(records, hanako)
    async with records.reading() as connection:
        tombstone = await find_resident_record(connection, hanako.resident_id)
    assert tombstone is not None
    assert (tombstone.state, tombstone.changed_at) == (ResidentState.DELETED, LATER)
    assert (tombstone.common_id, tombstone.version) == (hanako.common_id, 2)
    again = await register(residents, 1, 2)
    assert again.outcome is RegistrationOutcome.REGISTERED
    assert again.resident.common_id != hanako.common_id
    assert again.resident.resident_id != hanako.resident_id


async def test_what_is_gone_cannot_go_twice(records: Records, residents: Residents) -> None:
    hanako = (await register(residents, 1, 2)).resident
    await destroy(records, hanako)
    async with records.reading() as connection:
        before = await find_resident_record(connection, hanako.resident_id)
    with pytest.raises(Conflict, match="destroyed already"):
        await destroy(records, hanako)
    async with records.reading() as connection:
        assert await find_resident_record(connection, hanako.resident_id) == before


async def test_nobody_and_whoever_waits_are_not_destroyed(
    records: Records, residents: Residents
) -> None:
    await register(residents, 1, 2)
    waiting = (await register(residents, 3, 4)).resident
    with pytest.raises(Conflict, match="state: destroy is not allowed"):
        await destroy(records, waiting)
    assert await residents.find(auth(3)) == waiting
    async with records.writing() as connection:
        with pytest.raises(NoSuchThing):
            await destroy_resident(connection, "0" * 32, LATER)


async def test_no_question_remembers_a_certificate_of_theirs(
    records: Records, residents: Residents
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    await register(residents, 1, 9, SABURO)
    hashes = sa.select(binding_reviews.c.doubtful_hash, binding_reviews.c.doubtful_not_after)
    async with records.reading() as connection:
        assert None not in tuple((await connection.execute(hashes)).one())
    await destroy(records, hanako)
    async with records.reading() as connection:
        assert tuple((await connection.execute(hashes)).one()) == (None, None)


async def test_what_the_caller_cannot_log_is_not_destroyed(
    records: Records, residents: Residents
) -> None:
    hanako = (await register(residents, 1, 2)).resident

    async def destroy_and_fail() -> None:
        async with records.writing() as connection:
            await destroy_resident(connection, hanako.resident_id, LATER)
            raise RuntimeError("the log cannot be written")

    with pytest.raises(RuntimeError):
        await destroy_and_fail()
    assert await residents.find(auth(1)) == hanako
    assert await residents.attributes(hanako.resident_id) is not None


async def test_neither_the_key_nor_the_local_id_is_left_in_any_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    residents, links = residents_in(records), Links(records)
    hanako = (await register(residents, 1, 2)).resident
    for number in range(60):  # so that her rows share pages with others', and pages were split
        other = (await register(residents, 100 + number, 200 + number, SABURO)).resident
        async with records.writing() as connection:
            row = {"link_id": str(number), "local_id": f"S-{number}", "linked_at": NOW}
            row |= {"client_id": "health", "resident_id": other.resident_id}
            await connection.execute(links_table.insert().values(row))
    await links.put("health", hanako.resident_id, LOCAL_ID, NOW)
    async with records.reading() as connection:
        mine = basic_attributes.c.resident_id == hanako.resident_id
        kept = (await connection.execute(sa.select(basic_attributes).where(mine))).one()
        bound = sa.select(certificates.c.identity_hash).where(
            certificates.c.resident_id == hanako.resident_id
        )
        hashes = (await connection.execute(bound)).scalars().all()
    traces = [kept.wrapped_key, kept.ciphertext, kept.attributes_hash.encode()]
    traces += [kept.name_birth_hash.encode(), LOCAL_ID.encode(), *(h.encode() for h in hashes)]
    files = (tmp_path / "genkan.db", tmp_path / "genkan.db-wal")
    assert await records.overwrite_deleted()
    assert all(trace in files[0].read_bytes() for trace in traces)  # they are looked for rightly
    await destroy(records, hanako)
    assert await records.overwrite_deleted()
    for file in files:
        content = file.read_bytes()
        assert not any(trace in content for trace in traces)
    assert hanako.common_id.encode() in files[0].read_bytes()
    await records.close()
