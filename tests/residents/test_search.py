"""Whole values find people; parts of them, and other people's, find nobody."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.card.api import BasicAttributes
from gateway.errors import InvalidField
from gateway.residents.attribute_hashes import plain_name
from gateway.residents.common_id import parse_common_id
from gateway.residents.destruction import destroy_resident
from gateway.residents.links import Links
from gateway.residents.model import Resident
from gateway.residents.records import basic_attributes
from gateway.residents.registry import Residents
from gateway.residents.search import MAX_FOUND, ResidentSearch
from gateway.store.api import Records
from tests.residents.conftest import KEYED_HASH
from tests.residents.people import HANAKO, HANAKO_MOVED, NOW, SABURO, register

pytestmark = pytest.mark.anyio
SEARCH = ResidentSearch(KEYED_HASH)
BORN = date(1985, 4, 12)


@pytest.fixture
async def hanako(residents: Residents) -> str:
    return (await register(residents, 1, 2)).resident.resident_id


@pytest.fixture
async def saburo(residents: Residents) -> str:
    return (await register(residents, 3, 4, SABURO)).resident.resident_id


async def by_name(records: Records, name: str, birth_date: date | None = BORN) -> tuple[str, ...]:
    async with records.reading() as connection:
        return await SEARCH.by_name(connection, name=name, birth_date=birth_date)


@pytest.mark.parametrize(
    "typed", ["花咲　花子", "花咲 花子", "花咲花子", " 花咲  花子\t", "花 咲花子"]
)
async def test_a_name_is_found_however_its_spaces_are_typed(
    records: Records, hanako: str, saburo: str, typed: str
) -> None:
    assert await by_name(records, typed) == (hanako,)


@pytest.mark.parametrize("typed", ["花咲", "花子", "花", "花咲　花", "花咲　花子子", "%", ""])
async def test_a_part_of_a_name_finds_nobody(records: Records, hanako: str, typed: str) -> None:
    assert await by_name(records, typed) == ()


async def test_a_name_without_its_birth_date_finds_nobody(
    records: Records, hanako: str, saburo: str
) -> None:
    assert await by_name(records, "花咲花子", None) == ()
    assert await by_name(records, "花咲花子", date(1951, 11, 3)) == ()
    assert await by_name(records, "邊見三郎", date(1951, 11, 3)) == (saburo,)


async def test_whose_card_has_no_whole_birth_date_is_found_as_such(
    records: Records, residents: Residents
) -> None:
    unknown = replace(HANAKO, birth_date="319850000")
    somebody = (await register(residents, 7, 8, unknown)).resident.resident_id
    assert await by_name(records, "花咲花子", None) == (somebody,)
    assert await by_name(records, "花咲花子") == ()


def test_width_and_letter_case_do_not_matter() -> None:
    assert plain_name("ＳＭＩＴＨ　John") == plain_name("smith JOHN")
    assert plain_name("ﾊﾅｺ") == plain_name("ハナコ")
    assert plain_name("邊見") != plain_name("辺見")


async def test_after_a_change_of_name_only_the_new_one_is_found(
    records: Records, residents: Residents, hanako: str
) -> None:
    await register(residents, 1, 3, HANAKO_MOVED)
    assert await by_name(records, "花咲花子") == ()
    assert await by_name(records, "若葉花子") == (hanako,)


async def test_a_row_of_the_first_schema_is_found_once_it_was_opened(
    records: Records, residents: Residents, hanako: str, saburo: str
) -> None:
    async with records.writing() as connection:
        await connection.execute(basic_attributes.update().values(name_birth_hash=None))
    assert await by_name(records, "花咲花子") == ()
    assert await residents.attributes(hanako) == HANAKO
    assert await by_name(records, "花咲花子") == (hanako,)
    assert await by_name(records, "邊見三郎", date(1951, 11, 3)) == ()
    await register(residents, 3, 4, SABURO)
    assert await by_name(records, "邊見三郎", date(1951, 11, 3)) == (saburo,)


async def test_namesakes_are_found_oldest_first_and_no_more_than_fit(
    records: Records, residents: Residents
) -> None:
    found = []
    for number in range(MAX_FOUND + 2):
        who: BasicAttributes = replace(HANAKO, address=f"花園県花咲町{number}番地")
        at = NOW + timedelta(minutes=number)
        registration = await register(residents, 100 + number, 200 + number, who, at)
        found.append(registration.resident.resident_id)
    assert await by_name(records, "花咲花子") == tuple(found[:MAX_FOUND])


async def test_a_common_id_is_found_as_people_copy_it(
    records: Records, residents: Residents
) -> None:
    resident: Resident = (await register(residents, 1, 2)).resident
    common_id = resident.common_id
    grouped = "-".join(common_id[start : start + 9] for start in range(0, 27, 9))
    async with records.reading() as connection:
        for typed in (common_id, common_id.lower(), grouped, f" {grouped.lower()} "):
            assert await SEARCH.by_common_id(connection, typed) == (resident.resident_id,)
        for wrong in ("", common_id[:-1], common_id[1:] + common_id[0], "%", common_id + "0"):
            with pytest.raises(InvalidField, match="common_id: it is mistyped") as refused:
                await SEARCH.by_common_id(connection, wrong)
            assert common_id not in str(refused.value)
    assert parse_common_id(common_id) == common_id


async def test_a_local_id_is_found_at_its_own_service_while_it_is_linked(
    records: Records, links: Links, hanako: str, saburo: str
) -> None:
    await links.put("health", hanako, "H-1", NOW)
    await links.put("points", saburo, "H-1", NOW)
    async with records.reading() as connection:
        assert await SEARCH.by_local_id(connection, "health", "H-1") == (hanako,)
        for client_id, local_id in (("other", "H-1"), ("health", "h-1"), ("health", "H-")):
            assert await SEARCH.by_local_id(connection, client_id, local_id) == ()
    await links.end("health", hanako, NOW)
    async with records.reading() as connection:
        assert await SEARCH.by_local_id(connection, "health", "H-1") == ()


async def test_whoever_is_deleted_is_found_by_the_common_id_only(
    records: Records, residents: Residents, links: Links
) -> None:
    resident = (await register(residents, 1, 2)).resident
    await links.put("health", resident.resident_id, "H-1", NOW)
    async with records.writing() as connection:
        await destroy_resident(connection, resident.resident_id, NOW)
    assert await by_name(records, "花咲花子") == ()
    async with records.reading() as connection:
        assert await SEARCH.by_local_id(connection, "health", "H-1") == ()
        found = await SEARCH.by_common_id(connection, resident.common_id)
    assert found == (resident.resident_id,)
