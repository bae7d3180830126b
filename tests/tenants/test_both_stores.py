"""What depends on the store's own ways, on SQLite and on PostgreSQL: locks, JSON, searching."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from gateway.errors import Conflict, StaleVersion
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.administration import create_client, suspend_client
from gateway.tenants.client_records import list_clients
from gateway.tenants.clients import Clients
from gateway.tenants.ending import end_tenant
from gateway.tenants.logos import find_logo, put_logo
from gateway.tenants.model import ClientKind
from gateway.tenants.registry import create_tenant, list_tenants
from tests.tenants.office import KEYED_HASH, Office
from tests.tenants.pictures import png
from tests.tenants.town import LATER, MINATO, NOW, OVERLAP, SERVICE, metadata

pytestmark = pytest.mark.anyio
AT_ONCE = 8


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    await migrate(url)
    opened = open_records(url)
    yield opened
    await opened.close()


async def outcomes(deed: Callable[[int], Awaitable[object]]) -> list[str]:
    """Of many who do it at the same moment."""
    found: list[str] = []

    async def one(number: int) -> None:
        try:
            await deed(number)
        except (Conflict, StaleVersion) as refusal:
            found.append(type(refusal).__name__)
        else:
            found.append("done")

    async with anyio.create_task_group() as group:
        for number in range(AT_ONCE):
            group.start_soon(one, number)
    return sorted(found)


async def test_of_many_who_take_one_id_one_gets_it(office: Office) -> None:
    async def tenant(number: int) -> None:
        async with office.records.writing() as connection:
            await create_tenant(connection, "sakura", f"桜町{number}", "Sakura", NOW)

    async def client(_: int) -> None:
        await office.create()

    for deed in (tenant, client):
        assert await outcomes(deed) == ["Conflict"] * (AT_ONCE - 1) + ["done"]


async def test_of_many_who_rotate_one_version_one_shows_a_secret(
    office: Office, clients: Clients
) -> None:
    await office.create()
    shown: list[str] = []

    async def rotate(_number: int) -> None:
        _, secret = await office.do_rotate(1)
        shown.append(secret)

    assert await outcomes(rotate) == ["StaleVersion"] * (AT_ONCE - 1) + ["done"]
    found = await clients.find("health")
    assert found is not None
    assert [clients.secret_matches(found, secret, NOW) for secret in shown] == [True]


async def test_a_former_secret_ends_on_the_second(office: Office, clients: Clients) -> None:
    _, first = await office.create()
    await office.do_rotate(1)
    found = await clients.find("health")
    assert found is not None
    assert found.former_secret_until == NOW + OVERLAP
    just_before = NOW + OVERLAP - timedelta(seconds=1)
    assert clients.secret_matches(found, first or "", just_before)
    assert not clients.secret_matches(found, first or "", NOW + OVERLAP)


async def test_names_are_searched_where_they_stand(office: Office) -> None:
    await office.create("library", client_name_ja="図書館", client_name_en="Library")
    await office.create("health")
    async with office.records.reading() as connection:
        for text, expected in (("図書", ["library"]), ("LIBR", ["library"]), ("_", [])):
            page = await list_clients(
                connection, "hanasaki", ClientKind.SERVICE, after=None, limit=9, text=text
            )
            assert [one.client_id for one in page] == expected
        tenants = await list_tenants(connection, after="hanasaki", limit=9, text="湊")
    assert [one.tenant_id for one in tenants] == [MINATO.tenant_id]


async def test_a_tenant_ends_while_others_work_in_it(office: Office, clients: Clients) -> None:
    """Whoever comes first, nothing can be used in the end."""
    for number in range(AT_ONCE):
        await office.create(f"service-{number}")
    async with office.records.writing() as connection:
        await put_logo(connection, "hanasaki", "service-0", "image/png", png(1, 1), 1, NOW)
        assert (await find_logo(connection, "hanasaki", "service-0")).image == png(1, 1)

    async def work(number: int) -> None:
        async with office.records.writing() as connection:
            if number == 0:
                await end_tenant(connection, "hanasaki", LATER)
            elif number % 2:
                await suspend_client(connection, "hanasaki", f"service-{number}", 1, NOW)
            else:
                new = ("hanasaki", ClientKind.SERVICE, f"new-{number}", metadata(SERVICE))
                await create_client(connection, KEYED_HASH, *new, NOW)

    await outcomes(work)
    async with office.records.reading() as connection:
        page = await list_clients(connection, "hanasaki", ClientKind.SERVICE, after=None, limit=99)
    assert {one.has_secret for one in page} == {False}
    assert {one.metadata.client_name_ja for one in page} == {""}
    for one in page:
        assert await clients.find(one.client_id) is None
