"""The end of a tenant: nothing of it is left here but the IDs, which nobody gets again."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, NoSuchThing
from gateway.tenants.administration import restore_client
from gateway.tenants.allow_lists import add_network, list_networks
from gateway.tenants.client_records import ClientState, find_client_record
from gateway.tenants.clients import Clients
from gateway.tenants.ending import EndedTenant, end_tenant
from gateway.tenants.logos import find_logo, put_logo
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients as clients_table
from gateway.tenants.registry import TenantState, find_tenant, restore_tenant
from tests.tenants.office import Office
from tests.tenants.pictures import png
from tests.tenants.town import LATER, NOW, READER, UNDO

pytestmark = pytest.mark.anyio


@pytest.fixture
async def full(office: Office) -> Office:
    """A town with a rotated secret, a logo, a reader and networks, and a neighbour."""
    await office.create(contact="健康課 0857-00-0000")
    await office.do_rotate(1)
    await office.create("app", token_endpoint_auth_method="none")
    await office.create("counter", good=READER, kind=ClientKind.READER)
    await office.create("harbour", tenant_id="minato")
    async with office.records.writing() as connection:
        await put_logo(connection, "hanasaki", "health", "image/png", png(1, 1), 2, NOW)
        await put_logo(connection, "minato", "harbour", "image/png", png(1, 1), 1, NOW)
        for tenant_id, network in (("hanasaki", "192.0.2.0/24"), ("minato", "198.51.100.0/24")):
            await add_network(connection, tenant_id, network, "庁舎", NOW)
    return office


async def end(office: Office) -> EndedTenant:
    async with office.records.writing() as connection:
        return await end_tenant(connection, "hanasaki", LATER)


async def test_it_says_whose_other_data_has_to_go_and_how_much_went(full: Office) -> None:
    ended = await end(full)
    assert ended.client_ids == ("app", "counter", "health")
    assert ended.destroyed == {"clients": 3, "secrets": 3, "logos": 1, "networks": 1, "tokens": 0}


async def test_what_is_left_says_nothing(full: Office, clients: Clients, tmp_path: Path) -> None:
    await end(full)
    async with full.records.reading() as connection:
        tenant = await find_tenant(connection, "hanasaki")
        record = await find_client_record(connection, "hanasaki", "health")
        rows = (
            await connection.execute(
                sa.select(clients_table).where(clients_table.c.tenant_id == "hanasaki")
            )
        ).all()
        with pytest.raises(NoSuchThing):
            await find_logo(connection, "hanasaki", "health")
        assert not await list_networks(connection, "hanasaki")
    assert (tenant.state, tenant.name_ja, tenant.name_en) == (TenantState.ENDED, "", "")
    assert (tenant.deleted_at, tenant.changed_at, tenant.version) == (LATER, LATER, 2)
    assert (record.state, record.deleted_at) == (ClientState.DELETED, LATER)
    assert (record.has_secret, record.has_logo, record.former_secret_until) == (False, False, None)
    for row in rows:
        assert (row.client_secret_hash, row.former_secret_hash) == (None, None)
        for left in ("health.example", "健康", "0857"):
            assert left not in str(row.metadata)
    for client_id in ("health", "app", "counter"):
        assert await clients.find(client_id) is None


async def test_the_neighbour_keeps_everything(full: Office, clients: Clients) -> None:
    before = await clients.find("harbour")
    await end(full)
    assert before is not None
    assert await clients.find("harbour") == before
    async with full.records.reading() as connection:
        assert (await find_logo(connection, "minato", "harbour")).image == png(1, 1)
        assert len(await list_networks(connection, "minato")) == 1


async def test_an_end_is_for_good(full: Office) -> None:
    await end(full)
    with pytest.raises(Conflict, match="has ended"):
        await end(full)
    async with full.records.writing() as connection:
        version = (await find_tenant(connection, "hanasaki")).version
        with pytest.raises(Conflict):
            await restore_tenant(connection, "hanasaki", version, LATER, UNDO)
        client = await find_client_record(connection, "hanasaki", "health")
        with pytest.raises(Conflict):
            await restore_client(connection, "hanasaki", "health", client.version, LATER, UNDO)
    with pytest.raises(Conflict):
        await full.create()
    with pytest.raises(Conflict):
        await full.create("brand-new")


async def test_a_tenant_that_never_was_cannot_end(full: Office) -> None:
    async with full.records.writing() as connection:
        with pytest.raises(NoSuchThing):
            await end_tenant(connection, "nowhere", LATER)
