"""The list of operators: one's own only, a page at a time."""

import re

import pytest

from gateway.operators.model import Operator, Role
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
HERE = "/admin/tenants/hanasaki/operators"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator(Role.ADMINISTRATOR, "hanasaki")


@pytest.fixture
async def clerk(office: Office) -> Operator:
    return await office.operator(Role.CLERK, "hanasaki")


async def test_the_list_shows_role_state_and_last_sign_in_of_ones_own_only(
    office: Office, administrator: Operator, clerk: Operator
) -> None:
    await office.operator(Role.CLERK, "minato", "hanako@minato.example")
    await office.operator(Role.AUDITOR, None, "auditor@platform.example")
    async with office.at_desk(administrator) as desk:
        page = await desk.get(HERE, params={"lang": "en"})
        assert page.status_code == 200
        for words in (clerk.login_name, "Clerk", "Active", "Not yet", "Administrator"):
            assert words in page.text
        assert "minato" not in page.text
        assert "auditor@platform" not in page.text
        none = await desk.get(HERE, params={"state": "suspended"})
        assert clerk.login_name not in none.text
        assert (await desk.get("/admin/operators")).status_code == 403
        assert (await desk.get("/admin/tenants/minato/operators")).status_code == 404
    async with office.at_desk(clerk) as desk:
        assert (await desk.get(HERE)).status_code == 403


async def test_a_long_list_goes_on_on_the_next_page(
    office: Office, administrator: Operator
) -> None:
    for number in range(3):
        await office.operator(Role.CLERK, "hanasaki", f"clerk{number}@hanasaki.example")
    async with office.at_desk(administrator) as desk:
        first = await desk.get(HERE, params={"limit": "2", "state": "active"})
        query = re.search(r'href="\?([^"]*after=[^"]*)"', first.text)
        assert query is not None
        following = await desk.get(f"{HERE}?{query[1].replace('&amp;', '&')}")
        assert "<code>clerk0@" in first.text
        assert "<code>clerk0@" not in following.text
        assert "<code>clerk2@" in following.text
