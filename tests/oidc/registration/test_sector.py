"""A developer names no address by which a service would know residents as another service does, or
reach what listens on the gateway's own machine."""

import pytest

from gateway.tenants.protocol import DEVICE_CODE
from tests.oidc.registration.shelf import clients_of
from tests.support.developer import developer
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
BOTH = ["authorization_code", DEVICE_CODE]
THEIRS = ["https://health.example.test/made-up"]


async def test_who_names_another_services_host_gets_no_sub_of_its_residents_at_a_kiosk(
    gateway: Gateway,
) -> None:
    await gateway.service("health")
    by = await developer(gateway)
    refused = await by.register(redirect_uris=THEIRS, grant_types=BOTH)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert refused.json()["error_description"].startswith("grant_types: device_code beside")
    assert await clients_of(gateway) == ["health"]


async def test_nor_by_a_change(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered(redirect_uris=THEIRS)
    assert (await by.change(told, grant_types=BOTH)).status_code == 400
    kiosk = await by.registered(redirect_uris=..., grant_types=[DEVICE_CODE])
    assert (await by.change(kiosk, redirect_uris=THEIRS, grant_types=BOTH)).status_code == 400


async def test_a_program_on_the_residents_own_machine_may_have_both(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered(redirect_uris=["http://127.0.0.1/callback"], grant_types=BOTH)
    client = await gateway.provider.clients.find(told["client_id"])
    assert client is not None
    assert client.sector_identifier == f"hanasaki/client:{client.client_id}"
    assert (await by.change(told, purpose_en="Something else")).status_code == 200


@pytest.mark.parametrize("uri", ["http://127.0.0.1:8000/admin", "http://localhost/out"])
async def test_nothing_on_the_gateways_own_machine_is_posted_to(gateway: Gateway, uri: str) -> None:
    by = await developer(gateway)
    refused = await by.register(backchannel_logout_uri=uri)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    told = await by.registered()
    assert (await by.change(told, backchannel_logout_uri=uri)).status_code == 400
    good = {"backchannel_logout_uri": "https://booking.example.test/out"}
    again = await by.registered(**good)
    assert again["backchannel_logout_uri"] == good["backchannel_logout_uri"]
