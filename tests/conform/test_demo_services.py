"""What developers copy is careful: the demo's two services pass, with nothing even to warn of."""

import shutil
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from gateway.app import opened_stores
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.conform.inspection import Asked
from gateway.conform.model import Outcome, Result
from gateway.conform.session import Order, conform
from gateway.demo.check import free_ports
from gateway.demo.services import create_service
from gateway.demo.stock_client import ServiceSettings
from gateway.demo.town import SERVICES, DemoService
from gateway.server import served_here
from gateway.settings import Server, Settings
from gateway.tenants.model import ClientKind, Tenant
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.folder import CardFolder
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import new_p384_key
from tests.support.gateway import service_metadata, settings_in
from tests.support.town import HANAKO, PASSWORD, PIN

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_each_passes(
    tmp_path: Path, template: Path, authority: DemoAuthority, service: DemoService
) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    gateway_port, port = free_ports(2)
    server = Server(issuer=f"http://localhost:{gateway_port}", listen_port=gateway_port)
    settings = msgspec.structs.replace(settings_in(tmp_path), server=server)
    address = f"http://localhost:{port}"
    served = await registered(settings, service, address)
    # One of the two with a card of a folder, which the gateway trusts anyway.
    cards = cards_in(tmp_path, authority) if service is SERVICES[0] else None
    asked = Asked(f"{address}/signin", logout=f"{address}/signout", refresh=f"{address}/refresh")
    found: list[Result] = []
    async with served_here(create_service(served), "127.0.0.1", port):
        order = Order(service.client_id, asked, cards)
        await conform(settings, order, system_clock, found.append)
    wrong = [each for each in found if each.outcome in (Outcome.FAILED, Outcome.WARNING)]
    assert wrong == []
    applied = [each for each in found if each.outcome is Outcome.PASSED]
    assert len(applied) > 30


async def registered(settings: Settings, service: DemoService, address: str) -> ServiceSettings:
    key = ec.generate_private_key(ec.SECP256R1())
    method = service.token_endpoint_auth_method
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    metadata = service_metadata(
        service.name,
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/",),
        token_endpoint_auth_method=method,
        sector_identifier=f"{service.name}.example.test",
        jwks={"keys": [jwk]} if method == "private_key_jwt" else None,
    )
    now = system_clock()
    async with opened_stores(settings, system_clock) as (records, moments):
        clients = (await make_provider(settings, records, moments, system_clock)).clients
        await clients.register_tenant(Tenant("hanasaki", "花咲町", "Hanasaki"), now)
        _, secret = await clients.register(
            ClientKind.SERVICE, service.client_id, "hanasaki", metadata, now
        )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceSettings(service, settings.server.issuer, address, secret or pem)


def cards_in(folder: Path, authority: DemoAuthority) -> Path:
    now = system_clock()
    card = issue_card(
        authority,
        HANAKO,
        now,
        signature_password=PASSWORD,
        authentication_pin=PIN,
        card_id="hanako",
        new_key=new_p384_key,
    )
    authority.write_crls(folder / "crls", now)
    CardFolder(folder / "cards").save(card)
    return folder / "cards"
