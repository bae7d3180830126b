"""A demo service and a gateway in this process, and somebody who uses both."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.demo.browser import Page, read_page
from gateway.demo.services import create_service
from gateway.demo.stock_client import ServiceSettings
from gateway.demo.town import HEALTH, POINTS, DemoService
from gateway.residents.model import Resident
from gateway.settings import Oidc
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from tests.support.gateway import ISSUER, Gateway, MovableClock, settings_in

ADDRESSES = {HEALTH.name: "http://localhost:8101", POINTS.name: "http://localhost:8102"}


@dataclass(slots=True)
class Visit:
    """One resident's browser at one service and at the gateway."""

    gateway: Gateway
    at_service: httpx2.AsyncClient
    at_gateway: httpx2.AsyncClient

    async def open(self, path: str) -> Page:
        return page_of(await self.at_service.get(path))

    async def send(self, path: str, **fields: str) -> Page:
        return page_of(await self.at_service.post(path, data=fields))

    async def to_the_gateway(self) -> str:
        """Where the service sends the browser."""
        answer = await self.at_service.get("/signin")
        assert answer.status_code == 302
        return answer.headers["location"]

    async def back(self) -> str:
        """From the service to the gateway; the address that leads back."""
        answer = await self.at_gateway.get(await self.to_the_gateway())
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def sign_in(self) -> Page:
        answer = await self.at_service.get(await self.back())
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
        return await self.open("/")


def page_of(answer: httpx2.Response) -> Page:
    return read_page(str(answer.url), answer.status_code, answer.text)


@contextlib.asynccontextmanager
async def gateway_now(
    folder: Path, template: Path, access_token_seconds: int
) -> AsyncIterator[Gateway]:
    """In the present: a stock client reads the real clock."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    oidc = Oidc(access_token_seconds=access_token_seconds)
    settings = msgspec.structs.replace(settings_in(folder), oidc=oidc)
    clock = MovableClock(system_clock())
    records = open_records(settings.store.records)
    try:
        moments = MemoryMoments(clock)
        app = await create_app(settings, records, moments, clock)
        yield Gateway(app, await make_provider(settings, records, moments, clock), clock)
    finally:
        await records.close()


@contextlib.asynccontextmanager
async def visiting(
    gateway: Gateway, service: DemoService, resident: Resident
) -> AsyncIterator[Visit]:
    """Somebody signed in at the gateway who has agreed to this service."""
    app = create_service(await registered(gateway, service))
    transport = httpx2.ASGITransport(app)
    async with (
        httpx2.AsyncClient(transport=transport, base_url=ADDRESSES[service.name]) as at_service,
        gateway.browser() as at_gateway,
    ):
        await gateway.sign_in(at_gateway, resident)
        client = await gateway.provider.clients.find(service.client_id)
        assert client is not None
        await gateway.consent(client, resident)
        yield Visit(gateway, at_service, at_gateway)


async def registered(gateway: Gateway, service: DemoService) -> ServiceSettings:
    address = ADDRESSES[service.name]
    key = ec.generate_private_key(ec.SECP256R1())
    method = service.token_endpoint_auth_method
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    await gateway.service(
        service.client_id,
        redirect_uris=(f"{address}/callback",),
        post_logout_redirect_uris=(f"{address}/",),
        token_endpoint_auth_method=method,
        jwks={"keys": [jwk]} if method == "private_key_jwt" else None,
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceSettings(
        service=service,
        issuer=ISSUER,
        address=address,
        credential=gateway.secrets.get(service.client_id, pem),
        transport=httpx2.ASGITransport(gateway.app, raise_app_exceptions=False),
    )
