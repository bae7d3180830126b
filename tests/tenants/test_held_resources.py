"""The address of an API is one service's on the whole gateway, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from gateway.errors import Conflict, InvalidField
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.tenants.administration import (
    change_client,
    create_client,
    delete_client,
    restore_client,
)
from gateway.tenants.clients import Clients
from gateway.tenants.ending import end_tenant
from gateway.tenants.metadata import MetadataError
from gateway.tenants.model import ClientKind
from gateway.tenants.registration import Registration
from gateway.tenants.resources import provider_of
from tests.support.gateway import service_metadata
from tests.tenants.office import KEYED_HASH, Office
from tests.tenants.town import LATER, NOW, OVERLAP

pytestmark = pytest.mark.anyio
API, MORE = "https://welfare.example.test/api", "https://welfare.example.test/more"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    await migrate(url)
    opened = open_records(url)
    yield opened
    await opened.close()


async def create(office: Office, client_id: str, *resources: str, tenant: str = "hanasaki") -> None:
    made = service_metadata(client_id, resources=resources)
    async with office.records.writing() as connection:
        await create_client(
            connection, KEYED_HASH, tenant, ClientKind.SERVICE, client_id, made, NOW
        )


async def change(office: Office, client_id: str, version: int, **changes: Any) -> None:
    made = service_metadata(client_id, **changes)
    async with office.records.writing() as connection:
        await change_client(connection, KEYED_HASH, "hanasaki", client_id, made, version, LATER)


async def holder(office: Office, resource: str = API) -> str | None:
    async with office.records.reading() as connection:
        return await provider_of(connection, resource)


async def test_of_many_who_claim_an_address_one_gets_it(office: Office) -> None:
    refused: list[str] = []

    async def one(number: int) -> None:
        try:
            await create(office, f"s{number}", API)
        except InvalidField as cause:
            refused.append(cause.field)

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(one, number)
    assert refused == ["resources"] * 5
    assert await holder(office) is not None


async def test_another_towns_service_cannot_take_it_either(office: Office) -> None:
    await create(office, "welfare", API)
    with pytest.raises(MetadataError):
        await create(office, "thief", API, tenant="minato")
    await create(office, "thief", tenant="minato")
    assert await holder(office) == "welfare"


async def test_it_follows_what_is_registered(office: Office) -> None:
    await create(office, "welfare", API)
    await change(office, "welfare", 1, resources=(MORE,))
    assert (await holder(office), await holder(office, MORE)) == (None, "welfare")
    await create(office, "second", API)
    with pytest.raises(InvalidField):
        await change(office, "welfare", 2, resources=(API, MORE))
    assert (await holder(office), await holder(office, MORE)) == ("second", "welfare")


async def test_a_deleted_service_gives_it_up_and_takes_it_back(office: Office) -> None:
    own = ("hanasaki", "welfare")
    await create(office, "welfare", API)
    async with office.records.writing() as connection:
        await delete_client(connection, *own, 1, LATER)
    assert await holder(office) is None
    async with office.records.writing() as connection:
        await restore_client(connection, *own, 2, LATER, OVERLAP)
    assert await holder(office) == "welfare"
    async with office.records.writing() as connection:
        await delete_client(connection, *own, 3, LATER)
    await create(office, "second", API)
    with pytest.raises(Conflict):
        async with office.records.writing() as connection:
            await restore_client(connection, *own, 4, LATER, OVERLAP)
    assert await holder(office) == "second"


async def test_a_town_that_ends_holds_nothing(office: Office) -> None:
    await create(office, "welfare", API)
    async with office.records.writing() as connection:
        await end_tenant(connection, "hanasaki", LATER)
    assert await holder(office) is None


async def test_a_registration_file_holds_to_it_too(office: Office) -> None:
    clients = Clients(office.records, KEYED_HASH)

    def registration(client_id: str, *resources: str) -> Registration:
        made = service_metadata(client_id, resources=resources)
        return Registration(ClientKind.SERVICE, client_id, "hanasaki", made)

    await clients.register_all([], [registration("welfare", API)], NOW)
    with pytest.raises(MetadataError) as refused:
        await clients.register_all([], [registration("second", API)], NOW)
    assert API not in str(refused.value)
    await clients.register_all([], [registration("welfare"), registration("second", API)], NOW)
    assert await holder(office) == "second"
    found = await clients.providing(API)
    assert found is not None
    assert found.client_id == "second"
    assert await clients.providing(MORE) is None
