"""The first pages: what to do next, charts that are tables too, and how the gateway stands."""

import re
from datetime import timedelta
from typing import Any

import pytest

from gateway.admin.console.dashboard import how_it_stands
from gateway.audit.model import Outcome
from gateway.card.readiness import AnchorState
from gateway.operators.model import Role
from tests.admin.api.log_book import entry, write
from tests.support.gateway import NOW
from tests.support.operators import API, Office
from tests.tenants.town import SERVICE

pytestmark = pytest.mark.anyio
TENANT = "/admin/tenants/hanasaki"
IN_ENGLISH = {"accept-language": "en"}
DAY = timedelta(days=1)


async def test_everybody_begins_where_their_own_things_are(office: Office) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        assert (await desk.get("/admin/")).headers["location"] == "/admin/overview"
        page = await desk.get("/admin/overview")
        assert page.status_code == 200
        assert 'href="/admin/overview" aria-current="page"' in page.text
    async with office.at_desk(await office.operator(Role.CLERK, "hanasaki")) as desk:
        assert (await desk.get("/admin/")).headers["location"] == TENANT
        assert (await desk.get(TENANT)).status_code == 200
        assert (await desk.get("/admin/overview")).status_code == 403
        assert (await desk.get("/admin/tenants/minato")).status_code == 404


async def test_a_new_tenant_is_told_what_it_needs_and_only_by_who_may_do_it(
    office: Office,
) -> None:
    async with office.at_desk(await office.operator()) as desk:
        page = (await desk.get(TENANT, headers=IN_ENGLISH)).text
        assert f'<a href="{TENANT}/services/new">Add the first service</a>' in page
        assert f'<a href="{TENANT}/operators">Invite an operator of this tenant</a>' in page
    async with office.at_desk(await office.operator(Role.SERVICE_MANAGER, "hanasaki")) as desk:
        page = (await desk.get(TENANT, headers=IN_ENGLISH)).text
        assert "Add the first service" in page
        assert "Invite an operator" not in page
        new = {"client_id": "health", "metadata": SERVICE}
        await desk.post(f"{API}/tenants/hanasaki/services", json=new)
        page = (await desk.get(TENANT, headers=IN_ENGLISH)).text
    assert "Nothing is waiting for you." in page


async def test_a_chart_says_the_same_as_its_table(office: Office) -> None:
    refused: dict[str, Any] = {"deed": "card.refused", "outcome": Outcome.REFUSED}
    await write(
        office,
        *(entry(NOW, deed="card.verified") for _ in range(3)),
        entry(NOW, **refused),
        entry(NOW - DAY, deed="card.verified"),
    )
    async with office.at_desk(await office.operator(Role.CLERK, "hanasaki")) as desk:
        page = (await desk.get(TENANT, headers=IN_ENGLISH)).text
    figure = re.findall(r"<figure.*?</figure>", page, re.DOTALL)[1]
    assert 'role="img" aria-labelledby="cards-title cards-desc"' in figure
    assert "Verified in 30 days: 4 in all. Refused in 30 days: 1 in all." in figure
    assert len(re.findall(r'<rect class="bar"', figure)) == 2
    assert len(re.findall(r'<rect class="bar-bad"', figure)) == 1
    rows = re.findall(r'<th scope="row">(\S+)</th><td[^>]*>(\d+)</td><td[^>]*>(\d+)', figure)
    assert len(rows) == 30
    assert rows[-2:] == [("2026-11-20", "1", "0"), ("2026-11-21", "3", "1")]
    assert "style=" not in page


async def test_the_platforms_page_tells_of_what_waits(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        page = (await desk.get("/admin/overview", headers=IN_ENGLISH)).text
    assert "Invite a second operator" in page
    assert "Records: ready" in page
    assert "Pinned CA certificates" in page


async def test_names_of_a_tenant_are_text(office: Office) -> None:
    boss = await office.operator()
    async with office.at_desk(boss) as desk:
        new = {"tenant_id": "odd", "name_ja": "<b>町</b>", "name_en": "<b>Town</b>"}
        assert (await desk.post(f"{API}/tenants", json=new)).status_code == 201
        page = (await desk.get("/admin/tenants/odd")).text
    assert "<b>町" not in page
    assert "&lt;b&gt;町&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-1, "expired"), (1, "soon"), (89, "soon"), (91, "good")],
)
def test_an_anchor_is_told_of_before_it_expires(after: int, expected: str) -> None:
    anchor = AnchorState("jpki-auth", "CA", NOW - 900 * DAY, NOW + after * DAY)
    assert how_it_stands(anchor, NOW) == expected


def test_an_anchor_of_tomorrow_is_not_yet_in_force() -> None:
    anchor = AnchorState("jpki-auth", "CA", NOW + DAY, NOW + 900 * DAY)
    assert how_it_stands(anchor, NOW) == "not_yet"
