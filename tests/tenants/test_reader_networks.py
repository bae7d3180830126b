"""Who is admitted: from a listed network, or from anywhere where none is listed."""

from dataclasses import replace

import pytest

from gateway.tenants.clients import Clients
from gateway.tenants.model import Client, ClientKind
from gateway.tenants.reader_networks import admits
from tests.tenants.town import HANASAKI, NOW, READER, metadata

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(clients: Clients) -> Client:
    await clients.register_tenant(HANASAKI, NOW)
    networks = ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"]
    made = metadata(READER, allowed_networks=networks)
    client, _ = await clients.register(ClientKind.READER, "counter", "hanasaki", made, NOW)
    return client


async def test_a_listed_address_is_admitted_and_no_other(reader: Client) -> None:
    for inside in ("192.0.2.0", "192.0.2.255", "198.51.100.7", "2001:db8::1", "::ffff:192.0.2.9"):
        assert admits(reader, inside), inside
    for outside in ("192.0.1.255", "192.0.3.0", "198.51.100.8", "2001:db9::1", "::192.0.2.9"):
        assert not admits(reader, outside), outside


@pytest.mark.parametrize("address", [None, "", "unknown", "192.0.2", "192.0.2.1/32", "192.0.2.1,"])
async def test_an_address_that_cannot_be_told_is_not_admitted(
    reader: Client, address: str | None
) -> None:
    assert not admits(reader, address)


@pytest.mark.parametrize("address", ["192.0.3.1", "2001:db9::1", None])
async def test_without_networks_everybody_is_admitted(reader: Client, address: str | None) -> None:
    assert admits(replace(reader, allowed_networks=()), address)
