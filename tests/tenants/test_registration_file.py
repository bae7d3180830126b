"""A file of tenants and clients: all of it is registered, or nothing is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import NoSuchThing, SettingsError
from gateway.tenants.administration import delete_client, suspend_client
from gateway.tenants.client_records import ClientState, find_client_record
from gateway.tenants.clients import Clients
from gateway.tenants.ending import end_tenant
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients as clients_table
from gateway.tenants.registration import FileDeed, Registered
from gateway.tenants.registration_file import register_file
from gateway.tenants.registry import delete_tenant, find_tenant
from tests.tenants.office import Office
from tests.tenants.town import NOW, SECRET, SERVICE, metadata

pytestmark = pytest.mark.anyio

TENANT = """
[[tenants]]
tenant_id = "hanasaki"
name_ja = "花咲町"
name_en = "Hanasaki Town"
"""
HEALTH = """
[[clients]]
client_id = "health"
tenant_id = "hanasaki"
kind = "service"
client_name_ja = "健康アプリ"
client_name_en = "Health"
purpose_ja = "健診のご案内"
purpose_en = "Check-ups"
redirect_uris = ["https://health.example/callback"]
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["authorization_code"]
scope = "openid"
"""
COUNTER = """
[[clients]]
client_id = "counter"
tenant_id = "hanasaki"
kind = "reader"
client_name_ja = "窓口1番"
client_name_en = "Counter 1"
purpose_ja = "本人確認"
purpose_en = "Identification"
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["client_credentials"]
scope = "card:verify"
"""
GOOD = TENANT + HEALTH + COUNTER + f'client_secret = "{SECRET}"\n'


async def register(text: str | bytes, clients: Clients, folder: Path) -> dict[str, str]:
    path = folder / "clients.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return await register_file(path, clients, NOW)


async def test_a_file_registers_what_stands_in_it(clients: Clients, tmp_path: Path) -> None:
    made = await register(GOOD, clients, tmp_path)
    health, counter = await clients.find("health"), await clients.find("counter")
    assert health is not None
    assert counter is not None
    assert (health.kind, counter.kind) == (ClientKind.SERVICE, ClientKind.READER)
    assert made.keys() == {"health"}
    assert clients.secret_matches(health, made["health"], NOW)
    assert clients.secret_matches(counter, SECRET, NOW)


async def test_the_same_file_again_changes_nothing(clients: Clients, tmp_path: Path) -> None:
    await register(GOOD, clients, tmp_path)
    before = await clients.find("health")
    assert await register(GOOD, clients, tmp_path) == {}
    assert await clients.find("health") == before


async def test_a_later_file_may_add_to_a_tenant_that_is_there(
    clients: Clients, tmp_path: Path
) -> None:
    await register(TENANT, clients, tmp_path)
    await register(HEALTH, clients, tmp_path)
    assert await clients.find("health") is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEALTH, "'health': tenant_id: "),
        (TENANT + HEALTH + COUNTER.replace("card:verify", "openid"), "'counter': scope: "),
        (TENANT + HEALTH + COUNTER + 'client_secret = "weak"', "'counter': client_secret: "),
        (TENANT + HEALTH + COUNTER + 'colour = "red"', "'counter': .*colour"),
        (TENANT + HEALTH + COUNTER.replace("reader", "robot"), "robot"),
        (TENANT + HEALTH + COUNTER.replace('client_id = "counter"', ""), "client_id"),
        (TENANT + HEALTH + COUNTER.replace('"counter"', '"A B"'), "'A B': client_id: "),
        (TENANT + HEALTH + HEALTH, "health stands in it twice"),
        (TENANT.replace('"hanasaki"', '"花咲"') + HEALTH, "tenant_id: "),
        (TENANT + HEALTH + "[extra]", "extra"),
        (TENANT + "population = 3\n" + HEALTH, "population"),
        (TENANT + HEALTH + "[[clients", "Expected"),
        (b"\xff" + (TENANT + HEALTH).encode(), "utf-8"),
        ("clients = 3", "clients"),
    ],
)
async def test_one_wrong_entry_stops_the_whole_file(
    clients: Clients, tmp_path: Path, text: str | bytes, says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        await register(text, clients, tmp_path)
    assert str(refused.value).startswith(str(tmp_path / "clients.toml"))
    assert "\n" not in str(refused.value)
    assert await clients.find("health") is None


async def test_a_file_that_is_not_there_is_named(clients: Clients, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        await register_file(tmp_path / "nowhere.toml", clients, NOW)


async def test_what_was_stopped_in_the_console_stays_stopped(
    office: Office, clients: Clients, tmp_path: Path
) -> None:
    await register(GOOD, clients, tmp_path)
    own = ("hanasaki", "health", 1)
    async with office.records.writing() as connection:
        await suspend_client(connection, *own, NOW)
        await delete_client(connection, "hanasaki", "counter", 1, NOW)
    assert await register(GOOD.replace("健康アプリ", "新アプリ"), clients, tmp_path) == {}
    assert await clients.find("health") is None
    assert await clients.find("counter") is None
    async with office.records.reading() as connection:
        health = await find_client_record(connection, "hanasaki", "health")
        counter = await find_client_record(connection, "hanasaki", "counter")
    assert (health.state, health.metadata.client_name_ja) == (ClientState.SUSPENDED, "新アプリ")
    assert (counter.state, counter.version) == (ClientState.DELETED, 2)


@pytest.mark.parametrize("gone", [delete_tenant, end_tenant])
async def test_a_tenant_that_is_gone_stays_gone_and_gets_no_clients(
    office: Office, clients: Clients, tmp_path: Path, gone: Callable[..., Awaitable[object]]
) -> None:
    await register(TENANT + HEALTH, clients, tmp_path)
    async with office.records.writing() as connection:
        version = () if gone is end_tenant else (1,)
        await gone(connection, "hanasaki", *version, NOW)
        before = await find_tenant(connection, "hanasaki")
    assert await register(GOOD, clients, tmp_path) == {}
    async with office.records.reading() as connection:
        assert await find_tenant(connection, "hanasaki") == before
        with pytest.raises(NoSuchThing):
            await find_client_record(connection, "hanasaki", "counter")
    assert await clients.find("health") is None


async def test_a_secret_that_was_rotated_here_does_not_come_back_from_the_file(
    office: Office, clients: Clients, tmp_path: Path
) -> None:
    file = TENANT + HEALTH + f'client_secret = "{SECRET}"\n'
    await register(file, clients, tmp_path)
    _, second = await office.do_rotate(1, timedelta())
    _, third = await office.do_rotate(2, timedelta())
    await register(file, clients, tmp_path)
    found = await clients.find("health")
    assert found is not None
    assert clients.secret_matches(found, third, NOW)
    for ended in (SECRET, second):
        assert not clients.secret_matches(found, ended, NOW)


async def test_a_secret_that_the_file_brought_is_replaced_by_the_one_it_brings(
    clients: Clients, tmp_path: Path
) -> None:
    other = SECRET[::-1]
    for secret in (SECRET, other):
        await register(TENANT + HEALTH + f'client_secret = "{secret}"\n', clients, tmp_path)
    found = await clients.find("health")
    assert found is not None
    assert clients.secret_matches(found, other, NOW)
    assert not clients.secret_matches(found, SECRET, NOW)


async def test_what_the_file_changed_is_told_and_what_was_so_is_not(
    office: Office, clients: Clients, tmp_path: Path
) -> None:
    path = tmp_path / "clients.toml"
    told: list[tuple[FileDeed, ...]] = []

    async def tell(_: AsyncConnection, done: Registered) -> None:
        told.append(done.deeds)
        assert SECRET not in repr(done)

    path.write_text(GOOD, "utf-8")
    for _ in range(2):
        await register_file(path, clients, NOW, tell)
    await office.change(1, client_name_en="Changed in the console")
    await register_file(path, clients, NOW, tell)
    assert told == [
        (
            FileDeed("service.created", "hanasaki", "health"),
            FileDeed("reader.created", "hanasaki", "counter"),
        ),
        (),
        (FileDeed("service.changed", "hanasaki", "health"),),
    ]
    assert (await office.find()).version == 3
    found = await clients.find("health")
    assert found is not None
    assert found.client_name_en == "Health"


async def test_where_what_is_told_cannot_be_written_nothing_is(
    office: Office, clients: Clients, tmp_path: Path
) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(GOOD, "utf-8")

    async def fail(_: AsyncConnection, __: Registered) -> None:
        raise OSError("the log is full")

    with pytest.raises(OSError, match="full"):
        await register_file(path, clients, NOW, fail)
    assert await clients.find("health") is None


async def test_a_service_never_becomes_a_reader(clients: Clients, tmp_path: Path) -> None:
    await register(GOOD, clients, tmp_path)
    robbed = TENANT + COUNTER.replace('"counter"', '"health"')
    with pytest.raises(SettingsError, match="'health': kind: "):
        await register(robbed, clients, tmp_path)
    found = await clients.find("health")
    assert found is not None
    assert found.kind is ClientKind.SERVICE


async def test_a_client_that_was_written_down_before_is_read_with_what_is_new(
    office: Office, clients: Clients
) -> None:
    """The first release kept no more than this."""
    await office.create()
    stored = msgspec.to_builtins(metadata(SERVICE))
    for member in ("decision_document_number", "contact", "may_see_common_id", "allowed_networks"):
        del stored[member]
    async with office.records.writing() as connection:
        await connection.execute(clients_table.update().values(metadata=stored))
    found = await clients.find("health")
    assert found is not None
    assert (found.may_see_common_id, found.allowed_networks) == (False, ())
    assert (await office.find()).metadata == metadata(SERVICE)
