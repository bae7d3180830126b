"""ID連携: one local ID is one resident within a service, both ways."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import pytest
import sqlalchemy as sa

from gateway.residents.links import LinkConflict, Links
from gateway.residents.model import Link
from gateway.residents.records import links as links_table
from gateway.residents.registry import Residents
from gateway.store.api import Records
from tests.residents.people import NOW, SABURO, register

pytestmark = pytest.mark.anyio
LATER = NOW + timedelta(days=1)


@pytest.fixture
async def hanako(residents: Residents) -> str:
    return (await register(residents, 1, 2)).resident.resident_id


@pytest.fixture
async def saburo(residents: Residents) -> str:
    return (await register(residents, 3, 4, SABURO)).resident.resident_id


async def test_a_link_is_found_by_its_service_only(links: Links, hanako: str, saburo: str) -> None:
    made = await links.put("health", hanako, "H-1", NOW)
    assert made == Link("health", hanako, "H-1", NOW)
    assert await links.get("health", hanako) == made
    assert await links.get("points", hanako) is None
    assert await links.get("health", saburo) is None


async def test_the_same_link_again_is_the_one_that_is_there(links: Links, hanako: str) -> None:
    first = await links.put("health", hanako, "H-1", NOW)
    assert await links.put("health", hanako, "H-1", LATER) == first


async def test_a_local_id_is_one_residents_only(links: Links, hanako: str, saburo: str) -> None:
    await links.put("health", hanako, "H-1", NOW)
    with pytest.raises(LinkConflict):
        await links.put("health", saburo, "H-1", NOW)
    assert await links.get("health", saburo) is None
    assert (await links.put("health", saburo, "H-2", NOW)).local_id == "H-2"


async def test_a_resident_has_one_local_id_at_a_service(links: Links, hanako: str) -> None:
    first = await links.put("health", hanako, "H-1", NOW)
    with pytest.raises(LinkConflict):
        await links.put("health", hanako, "H-2", NOW)
    assert await links.get("health", hanako) == first


async def test_services_do_not_stand_in_each_others_way(
    links: Links, hanako: str, saburo: str
) -> None:
    await links.put("health", hanako, "1", NOW)
    await links.put("points", saburo, "1", NOW)
    await links.put("points", hanako, "2", NOW)
    with pytest.raises(LinkConflict):
        await links.put("health", saburo, "1", NOW)


async def test_local_ids_are_told_apart_to_the_letter(
    links: Links, hanako: str, saburo: str
) -> None:
    await links.put("health", hanako, "h-1", NOW)
    assert (await links.put("health", saburo, "H-1", NOW)).local_id == "H-1"


async def test_an_ended_link_is_history_and_frees_both_sides(
    links: Links, records: Records, hanako: str, saburo: str
) -> None:
    await links.put("health", hanako, "H-1", NOW)
    assert await links.end("health", hanako, LATER)
    assert await links.get("health", hanako) is None
    assert not await links.end("health", hanako, LATER)
    await links.put("health", saburo, "H-1", LATER)
    await links.put("health", hanako, "H-2", LATER)
    rows = sa.select(links_table.c.local_id, links_table.c.ended_at).where(
        links_table.c.resident_id == hanako
    )
    async with records.reading() as connection:
        found = (await connection.execute(rows.order_by(links_table.c.local_id))).all()
    assert [tuple(row) for row in found] == [("H-1", LATER), ("H-2", None)]


async def test_ending_a_link_leaves_the_others(links: Links, hanako: str, saburo: str) -> None:
    await links.put("health", hanako, "H-1", NOW)
    await links.put("points", hanako, "P-1", NOW)
    await links.put("health", saburo, "H-2", NOW)
    assert not await links.end("points", saburo, NOW)
    assert await links.end("health", hanako, NOW)
    assert await links.get("points", hanako) is not None
    assert await links.get("health", saburo) is not None


async def test_of_twenty_local_ids_for_one_resident_one_wins(links: Links, hanako: str) -> None:
    won = await _winners(lambda n: links.put("health", hanako, f"H-{n}", NOW))
    assert len(won) == 1
    assert await links.get("health", hanako) == won[0]


async def test_of_two_residents_who_claim_one_local_id_one_wins(
    links: Links, hanako: str, saburo: str
) -> None:
    claims = [hanako, saburo] * 10
    won = await _winners(lambda n: links.put("health", claims[n], "H-1", NOW))
    assert len(won) == 10
    assert len({link.resident_id for link in won}) == 1


async def test_one_link_put_twenty_times_at_once_is_one(
    links: Links, records: Records, hanako: str
) -> None:
    won = await _winners(lambda _: links.put("health", hanako, "H-1", NOW))
    assert won == [Link("health", hanako, "H-1", NOW)] * 20
    async with records.reading() as connection:
        count = sa.select(sa.func.count()).select_from(links_table)
        assert (await connection.execute(count)).scalar_one() == 1


async def _winners(put: Callable[[int], Awaitable[Link]]) -> list[Link]:
    won: list[Link] = []

    async def one(number: int) -> None:
        try:
            won.append(await put(number))
        except LinkConflict:
            return

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, number)
    return won
