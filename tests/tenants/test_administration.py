"""Services and readers are made, changed, stopped and restored within their own tenant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.errors import Conflict, InvalidField, NoSuchThing, StaleVersion
from gateway.store.api import Records
from gateway.tenants.administration import (
    change_client,
    delete_client,
    restore_client,
    resume_client,
    suspend_client,
)
from gateway.tenants.client_records import (
    ClientRecord,
    ClientState,
    find_client_record,
    list_clients,
)
from gateway.tenants.clients import Clients
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients as clients_table
from gateway.tenants.registry import create_tenant, delete_tenant
from gateway.tenants.rotation import end_former_secret, rotate_secret
from tests.tenants.office import KEYED_HASH, Office
from tests.tenants.town import LATER, NOW, READER, SERVICE, UNDO, metadata, new_jwk

pytestmark = pytest.mark.anyio
Step = Callable[..., Awaitable[ClientRecord]]


async def test_a_new_service_is_found_with_the_secret_that_is_shown_once(
    office: Office, clients: Clients
) -> None:
    made, secret = await office.create()
    assert secret is not None
    assert (made.state, made.version, made.kind) == (ClientState.ACTIVE, 1, ClientKind.SERVICE)
    assert (made.has_secret, made.client_secret_made_at, made.has_logo) == (True, NOW, False)
    assert made.metadata == metadata(SERVICE)
    assert await office.find() == made
    client = await clients.find("health")
    assert client is not None
    assert clients.secret_matches(client, secret, NOW)
    assert secret not in repr(made)
    assert str(client.client_secret_hash) not in repr(made)


async def test_a_client_that_uses_no_secret_gets_none(office: Office) -> None:
    made, secret = await office.create(token_endpoint_auth_method="none")
    assert (secret, made.has_secret, made.client_secret_made_at) == (None, False, None)


async def test_an_id_is_taken_whoever_has_it(office: Office, records: Records) -> None:
    before, _ = await office.create()
    with pytest.raises(Conflict):
        await office.create()
    with pytest.raises(Conflict):
        await office.create(tenant_id="minato")
    deleted = await office.do(delete_client, 1)
    with pytest.raises(Conflict):
        await office.create(tenant_id="minato")
    assert (await office.find()).tenant_id == before.tenant_id
    assert await office.find() == deleted
    async with records.reading() as connection:
        count = sa.select(sa.func.count()).select_from(clients_table)
        assert (await connection.execute(count)).scalar_one() == 1


async def test_a_client_needs_a_tenant_that_is_there_and_not_gone(office: Office) -> None:
    with pytest.raises(NoSuchThing):
        await office.create(tenant_id="nowhere")
    async with office.records.writing() as connection:
        await delete_tenant(connection, "minato", 1, NOW)
    with pytest.raises(Conflict, match="tenant is deleted"):
        await office.create(tenant_id="minato")
    with pytest.raises(NoSuchThing):
        await office.find("minato")


async def test_one_wrong_member_makes_no_client(office: Office) -> None:
    with pytest.raises(InvalidField) as refused:
        await office.create(redirect_uris=["http://health.example/cb"])
    assert refused.value.field == "redirect_uris"
    with pytest.raises(NoSuchThing):
        await office.find()


async def test_metadata_changes_and_the_secret_stays(office: Office, clients: Clients) -> None:
    _, secret = await office.create()
    after, none = await office.change(1, client_name_en="New")
    assert (after.metadata.client_name_en, after.version, none) == ("New", 2, None)
    assert (after.updated_at, after.created_at) == (LATER, NOW)
    found = await clients.find("health")
    assert found is not None
    assert found.client_name_en == "New"
    assert clients.secret_matches(found, secret or "", LATER)


async def test_a_wrong_change_changes_nothing(office: Office) -> None:
    before, _ = await office.create()
    with pytest.raises(InvalidField, match=r"\Apurpose_ja: "):
        await office.change(1, purpose_ja="")
    for stale in (0, 2):
        with pytest.raises(StaleVersion):
            await office.change(stale, client_name_en="New")
    assert await office.find() == before


async def test_a_secret_that_is_not_used_any_more_is_forgotten(
    office: Office, clients: Clients
) -> None:
    _, old = await office.create()
    await office.do_rotate(1)
    keys: dict[str, Any] = {"jwks": {"keys": [new_jwk()]}}
    after, _ = await office.change(2, token_endpoint_auth_method="private_key_jwt", **keys)
    assert (after.has_secret, after.client_secret_made_at, after.former_secret_until) == (
        False,
        None,
        None,
    )
    back, new = await office.change(3)
    assert back.has_secret
    assert new not in (None, old)
    found = await clients.find("health")
    assert found is not None
    assert not clients.secret_matches(found, old or "", LATER)


async def test_every_resident_s_sub_is_not_changed_by_the_way(office: Office) -> None:
    before, _ = await office.create()
    moved = {"redirect_uris": ["https://new.example/cb"]}
    with pytest.raises(InvalidField) as refused:
        await office.change(1, **moved)
    assert refused.value.field == "sector_identifier"
    assert await office.find() == before
    await office.change(1, **moved, sector_identifier="health.example")
    with pytest.raises(InvalidField):
        await office.change(2, **moved)
    await office.change(2, **moved, sector_identifier="new.example")
    await office.change(3, **moved)


async def test_a_client_goes_and_comes_back(office: Office, clients: Clients) -> None:
    await office.create()
    assert (await office.do(suspend_client, 1)).state is ClientState.SUSPENDED
    assert await clients.find("health") is None
    assert (await office.do(resume_client, 2)).state is ClientState.ACTIVE
    assert await clients.find("health") is not None
    deleted = await office.do(delete_client, 3)
    assert (deleted.state, deleted.deleted_at) == (ClientState.DELETED, LATER)
    assert await clients.find("health") is None
    restored = await office.do(restore_client, 4, UNDO)
    assert (restored.state, restored.deleted_at) == (ClientState.SUSPENDED, None)
    assert await clients.find("health") is None


async def test_what_was_deleted_can_be_restored_until_the_last_moment(office: Office) -> None:
    await office.create()
    deleted = await office.do(delete_client, 1)
    own = ("hanasaki", "health", 2)
    async with office.records.writing() as connection:
        with pytest.raises(Conflict, match="over"):
            await restore_client(connection, *own, LATER + UNDO, UNDO)
    assert await office.find() == deleted
    async with office.records.writing() as connection:
        await restore_client(connection, *own, LATER + UNDO - timedelta(seconds=1), UNDO)


@pytest.mark.parametrize(
    ("way", "steps"),
    [
        ([], [resume_client, restore_client]),
        ([suspend_client], [suspend_client, restore_client]),
        ([delete_client], [suspend_client, resume_client, delete_client]),
    ],
)
async def test_a_step_that_does_not_follow_is_a_conflict(
    office: Office, way: list[Step], steps: list[Step]
) -> None:
    before, _ = await office.create()
    for step in way:
        before = await office.do(step, before.version)
    for step in steps:
        more = (UNDO,) if step is restore_client else ()
        with pytest.raises(Conflict, match=f"the service is {before.state}"):
            await office.do(step, before.version, *more)
    assert await office.find() == before


async def test_a_client_that_is_deleted_takes_no_change(office: Office) -> None:
    await office.create()
    deleted = await office.do(delete_client, 1)
    with pytest.raises(Conflict):
        await office.change(2, client_name_en="New")
    with pytest.raises(Conflict):
        await office.do_rotate(2)
    assert await office.find() == deleted


@pytest.mark.parametrize(
    "step", [suspend_client, resume_client, delete_client, restore_client, end_former_secret]
)
async def test_anothers_client_is_nobody(office: Office, step: Step) -> None:
    before, _ = await office.create()
    more = (UNDO,) if step is restore_client else ()
    async with office.records.writing() as connection:
        with pytest.raises(NoSuchThing):
            await step(connection, "minato", "health", 1, NOW, *more)
        with pytest.raises(NoSuchThing):
            await find_client_record(connection, "minato", "health")
        with pytest.raises(NoSuchThing):
            await change_client(
                connection, KEYED_HASH, "minato", "health", metadata(SERVICE), 1, NOW
            )
        with pytest.raises(NoSuchThing):
            await rotate_secret(connection, KEYED_HASH, "minato", "health", UNDO, 1, NOW)
        theirs = await list_clients(connection, "minato", ClientKind.SERVICE, after=None, limit=10)
    assert (theirs, await office.find()) == ((), before)


@pytest.mark.parametrize("step", [suspend_client, delete_client])
async def test_a_tenant_that_is_gone_holds_its_clients_still(office: Office, step: Step) -> None:
    before, _ = await office.create()
    async with office.records.writing() as connection:
        await delete_tenant(connection, "hanasaki", 1, NOW)
    with pytest.raises(Conflict, match="tenant is deleted"):
        await office.do(step, 1)
    with pytest.raises(Conflict, match="tenant is deleted"):
        await office.change(1, client_name_en="New")
    assert await office.find() == before


async def test_clients_are_listed_by_kind_page_state_and_text(office: Office) -> None:
    for number in range(5):
        await office.create(f"service-{number}", client_name_ja=f"第{number}アプリ")
    await office.create("counter", good=READER, kind=ClientKind.READER)
    await office.create("other", tenant_id="minato")
    async with office.records.writing() as connection:
        await suspend_client(connection, "hanasaki", "service-3", 1, NOW)

    async def ids(kind: ClientKind = ClientKind.SERVICE, **asked: Any) -> list[str]:
        asked = {"after": None, "limit": 10, **asked}
        async with office.records.reading() as connection:
            page = await list_clients(connection, "hanasaki", kind, **asked)
        return [one.client_id for one in page]

    everything = [f"service-{number}" for number in range(5)]
    assert await ids() == everything
    assert await ids(ClientKind.READER) == ["counter"]
    assert await ids(limit=2) == everything[:2]
    assert await ids(limit=2, after="service-1") == everything[2:4]
    assert await ids(state=ClientState.SUSPENDED) == ["service-3"]
    assert await ids(text="第4") == ["service-4"]
    assert await ids(text="HEALTH") == everything
    assert await ids(text="%") == []
    assert await ids(text="\0") == []
    with pytest.raises(InvalidField, match=r"\Aafter: "):
        await ids(after="\0")


@pytest.mark.parametrize("text", ["", "\0", "Health", "../health", "\ud800"])
async def test_what_is_no_id_is_nobody(office: Office, text: str) -> None:
    await office.create()
    async with office.records.reading() as connection:
        for own in ((text, "health"), ("hanasaki", text)):
            with pytest.raises(NoSuchThing):
                await find_client_record(connection, *own)
        with pytest.raises(NoSuchThing):
            await list_clients(connection, text, ClientKind.SERVICE, after=None, limit=1)


async def test_clients_of_a_new_tenant_need_no_restart(office: Office, clients: Clients) -> None:
    async with office.records.writing() as connection:
        await create_tenant(connection, "sakura", "桜町", "Sakura", NOW)
    await office.create("library", tenant_id="sakura")
    assert await clients.find("library") is not None
