"""A file of tenants and clients: all of it is registered, or nothing is."""

from pathlib import Path

import pytest

from gateway.errors import SettingsError
from gateway.tenants.clients import Clients
from gateway.tenants.model import ClientKind
from gateway.tenants.registration_file import register_file
from tests.tenants.town import NOW, SECRET

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
