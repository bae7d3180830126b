"""What lies on the disk: nobody's name, no serial number, and nothing that opens for another."""

from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import SettingsError
from gateway.keys.hashing import KeyedHash
from gateway.keys.master import MasterKey
from gateway.keys.sealing import Sealer
from gateway.residents.records import basic_attributes, certificates
from gateway.residents.registry import Residents
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.residents.conftest import KEYED_HASH, residents_in
from tests.residents.people import HANAKO, HANAKO_MOVED, SABURO, auth, register, sign

pytestmark = pytest.mark.anyio


async def test_no_attribute_and_no_serial_number_stands_in_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    residents = residents_in(records)
    hanako = (await register(residents, 77_001_234, 77_005_678)).resident
    await register(residents, 77_001_234, 77_009_999, HANAKO_MOVED)
    await register(residents, 3, 4, SABURO)
    await records.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert hanako.common_id.encode() in content  # it is the right file
    personal = {
        value
        for attributes in (HANAKO, HANAKO_MOVED, SABURO)
        for name, value in asdict(attributes).items()
        if value is not None and name in ("name", "address", "birth_date")
    }
    assert len(personal) == 8
    for value in (*personal, "花子", "三郎", "1985", "77001234", "77005678", "jpki-auth:"):
        assert value.encode() not in content
        assert value.encode("utf-16-le") not in content


async def test_one_residents_attributes_do_not_open_for_another(
    residents: Residents, records: Records
) -> None:
    hanako = (await register(residents, 1, 2)).resident
    saburo = (await register(residents, 3, 4, SABURO)).resident
    own = basic_attributes.c.resident_id
    async with records.writing() as connection:
        row = (
            await connection.execute(
                sa.select(basic_attributes.c.wrapped_key, basic_attributes.c.ciphertext).where(
                    own == hanako.resident_id
                )
            )
        ).one()
        await connection.execute(
            basic_attributes.update()
            .where(own == saburo.resident_id)
            .values(wrapped_key=row.wrapped_key, ciphertext=row.ciphertext)
        )
    assert await residents.attributes(hanako.resident_id) == HANAKO
    with pytest.raises(SettingsError):
        await residents.attributes(saburo.resident_id)


async def test_another_master_key_opens_nothing(residents: Residents, records: Records) -> None:
    hanako = (await register(residents, 1, 2)).resident
    stranger = residents_in(records, sealer=Sealer(MasterKey(b"o" * 32)))
    with pytest.raises(SettingsError, match="master key"):
        await stranger.attributes(hanako.resident_id)


async def test_reading_the_card_again_leaves_nothing_of_the_old_text(
    residents: Residents, records: Records
) -> None:
    await register(residents, 1, 2)
    before = await _sealed(records)
    await register(residents, 1, 2)
    after = await _sealed(records)
    assert not set(before) & set(after)


async def test_certificates_are_kept_under_a_hash_only_this_gateway_can_make(
    residents: Residents, records: Records
) -> None:
    await register(residents, 1, 2)
    async with records.reading() as connection:
        found = await connection.execute(sa.select(certificates.c.identity_hash))
        kept = set(found.scalars())
    assert kept == {
        KEYED_HASH.hash("certificate", proven.certificate_type, str(proven.identity))
        for proven in (auth(1), sign(2))
    }
    elsewhere = residents_in(records, KeyedHash(b"x" * 32))
    assert await elsewhere.find(auth(1)) is None


async def _sealed(records: Records) -> tuple[bytes, bytes]:
    query = sa.select(basic_attributes.c.wrapped_key, basic_attributes.c.ciphertext)
    async with records.reading() as connection:
        wrapped_key, ciphertext = (await connection.execute(query)).one()
    return wrapped_key, ciphertext


def test_no_repr_shows_a_person() -> None:
    shown = repr((HANAKO, auth(77_001_234)))
    for value in ("花", "1985", "77001234", "00000"):
        assert value not in shown
