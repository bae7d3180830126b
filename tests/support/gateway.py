"""A whole gateway in this process: real stores, real keys, a clock the test moves."""

import contextlib
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.card.api import BasicAttributes, CertificateIdentity, CertificateType
from gateway.card.documents.apart import Apart
from gateway.commands.store_commands import initialise
from gateway.oidc.provider import Provider
from gateway.residents.model import ProvenCertificate, Resident
from gateway.settings import Audit, Card, Keys, Limits, Server, Settings, Store
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import Client, ClientKind, Tenant
from gateway.virtual.authority import DemoAuthority
from gateway.web.outgoing import Outgoing
from tests.support.service_hosts import ServiceHosts

ISSUER = "https://id.example.test"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ACR_WEAK = "urn:genkan:acr:card-authentication"
ACR_STRONG = "urn:genkan:acr:card-signature"
UNLIMITED = Limits(
    requests_per_minute_per_address=1_000_000_000,
    burst_per_address=1_000_000,
    requests_per_minute_per_client=1_000_000_000,
    burst_per_client=1_000_000,
)
"""Tests come quicker than a town. Tests of the limits set their own."""
ALL_SCOPES = "openid profile address birthdate gender offline_access link"
"""All that any service may have."""
WITH_COMMON_ID: Mapping[str, Any] = {
    "scope": f"{ALL_SCOPES} common_id",
    "may_see_common_id": True,
    "decision_document_number": "花総発第12号",
}


@dataclass(slots=True)
class MovableClock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass(slots=True)
class Gateway:
    """The application, its parts, and what tests do with them."""

    app: ASGIApp
    provider: Provider
    clock: MovableClock
    secrets: dict[str, str] = field(default_factory=dict)
    hosts: ServiceHosts = field(default_factory=ServiceHosts)
    """Where what the gateway sends arrives."""

    def browser(self, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        """Somebody's browser: keeps cookies, follows nothing by itself."""
        peer = (address, 50_000)
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=peer)
        return httpx2.AsyncClient(transport=transport, base_url=ISSUER)

    async def service(self, client_id: str = "health", **changes: Any) -> Client:
        return await self._register(
            ClientKind.SERVICE, client_id, service_metadata(client_id, **changes)
        )

    async def reader(self, client_id: str = "counter", **changes: Any) -> Client:
        return await self._register(ClientKind.READER, client_id, reader_metadata(**changes))

    async def resident(self, name: str = "花咲　花子") -> Resident:
        """Somebody who registered before; each call with another name is another person."""
        now, number = self.clock(), secrets.randbits(31)
        until = now + timedelta(days=900)
        registration = await self.provider.residents.register(
            ProvenCertificate(
                CertificateType.AUTHENTICATION, CertificateIdentity("jpki-auth", number), until
            ),
            ProvenCertificate(
                CertificateType.SIGNATURE, CertificateIdentity("jpki-sign", number), until
            ),
            attributes(name),
            now,
        )
        return registration.resident

    async def sign_in(
        self, browser: httpx2.AsyncClient, resident: Resident, acr: str = ACR_WEAK
    ) -> None:
        """An SSO session, opened as the sign-in page opens one."""
        response = Response()
        await self.provider.sessions.open(
            Request({"type": "http", "headers": [], "method": "GET", "path": "/"}),
            response,
            resident_id=resident.resident_id,
            acr=acr,
            amr=("sc", "pin", "mfa"),
            now=self.clock(),
        )
        name, _, value = response.headers["set-cookie"].partition(";")[0].partition("=")
        browser.cookies.set(name, value, domain="id.example.test")

    async def consent(self, client: Client, resident: Resident, scopes: str = ALL_SCOPES) -> None:
        await self.provider.consents.give(
            client.client_id, resident.resident_id, scopes.split(), self.clock()
        )

    async def _register(self, kind: ClientKind, client_id: str, metadata: ClientMetadata) -> Client:
        clients = self.provider.clients
        await clients.register_tenant(Tenant("hanasaki", "花咲町", "Hanasaki"), self.clock())
        client, secret = await clients.register(kind, client_id, "hanasaki", metadata, self.clock())
        if secret is not None:
            self.secrets[client_id] = secret
        return client


def service_metadata(client_id: str, **changes: Any) -> ClientMetadata:
    good: Mapping[str, Any] = {
        "client_name_ja": "健康アプリ",
        "client_name_en": "Health",
        "purpose_ja": "健診のご案内",
        "purpose_en": "Check-ups",
        "redirect_uris": (f"https://{client_id}.example.test/callback",),
        "post_logout_redirect_uris": (f"https://{client_id}.example.test/bye",),
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ("authorization_code", "refresh_token"),
        "scope": ALL_SCOPES,
    }
    return ClientMetadata(**{**good, **changes})


def reader_metadata(**changes: Any) -> ClientMetadata:
    good: Mapping[str, Any] = {
        "client_name_ja": "窓口",
        "client_name_en": "Counter",
        "purpose_ja": "本人確認",
        "purpose_en": "Identification",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ("client_credentials",),
        "scope": "card:verify",
    }
    return ClientMetadata(**{**good, **changes})


def attributes(name: str) -> BasicAttributes:
    return BasicAttributes(
        name=name,
        name_substitution="0" * len(name),
        gender="2",
        birth_date="319850412",
        address="花園県花咲町桜台一丁目２番３号",
        address_substitution="0" * 15,
    )


def settings_in(folder: Path) -> Settings:
    return Settings(
        server=Server(issuer=ISSUER),
        store=Store(records=f"sqlite:///{folder}/genkan.db"),
        keys=Keys(master_key_file=f"{folder}/master.key"),
        card=Card(trust="demo", anchors_dir=f"{folder}/anchors"),
        audit=Audit(directory=f"{folder}/log"),
        limits=UNLIMITED,
        plugins={"crl": {"directory": f"{folder}/crls", "check_seconds": 0}},
    )


async def make_template(folder: Path, authority: DemoAuthority) -> None:
    """What every gateway of a test run can share a copy of: keys and tables are slow to make."""
    authority.write_anchors(folder / "anchors")
    authority.write_crls(folder / "crls", NOW)
    await initialise(settings_in(folder), NOW)


@contextlib.asynccontextmanager
async def open_gateway(
    folder: Path, template: Path, changed: Callable[[Settings], Settings] = lambda as_is: as_is
) -> AsyncIterator[Gateway]:
    shutil.copytree(template, folder, dirs_exist_ok=True)
    clock, settings = MovableClock(), changed(settings_in(folder))
    records = open_records(settings.store.records)
    try:
        moments = MemoryMoments(clock)
        async with Apart() as apart:
            hosts = ServiceHosts()
            outgoing = Outgoing(hosts)
            app = await create_app(
                settings, records, moments, clock, apart=apart, outgoing=outgoing
            )
            provider = await make_provider(settings, records, moments, clock, outgoing=outgoing)
            yield Gateway(app, provider, clock, hosts=hosts)
    finally:
        await records.close()
