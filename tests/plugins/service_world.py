"""One person's two certificates, a platform operator that knows them, and the plugin that asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from gateway.card.api import (
    CertificateIdentity,
    CertificatePath,
    CertificateStatus,
    CertificateType,
    ValidationContext,
)
from gateway.card.certificate import parse_leaf
from gateway.card.path import resolve_path
from gateway.virtual.authority import Issued
from plugins.verification_service import VerificationService
from tests.card.forge import der
from tests.card.world import NOW, World
from tests.support.fake_verification_service import FakeVerificationService, Known, serving
from tests.support.throwaway_ca import ThrowawayCa, pem
from tests.support.token_endpoint import TokenEndpoint

CLIENT_ID = "genkan"
PRODUCED = NOW - timedelta(minutes=1)
NEXT_UPDATE = NOW + timedelta(minutes=14)
REVOKED_AT = NOW - timedelta(days=1)


def rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def good(**change: Any) -> dict[str, Any]:
    """What the service says of a good certificate, besides which."""
    times = {"this_update": rfc3339(PRODUCED), "next_update": rfc3339(NEXT_UPDATE)}
    return {"value": "good", "evidence": "ocsp", **times, **change}


def revoked(reason: str = "affiliationChanged", **change: Any) -> dict[str, Any]:
    told = {"revocation_reason": reason, "revoked_at": rfc3339(REVOKED_AT)}
    return good(value="revoked", **told, **change)


class ServiceWorld:
    def __init__(self, world: World, folder: Path, *, by_jwt: bool) -> None:
        self.world, self.folder, self.by_jwt = world, folder, by_jwt
        self.ca = ThrowawayCa(folder)
        self.client = self.ca.client()
        self.fake = FakeVerificationService()
        self.issued = {kind: world.issue(kind) for kind in ("auth", "sign")}
        if by_jwt:
            key = ec.generate_private_key(ec.SECP256R1())
            self.client.key_file.write_bytes(pem(key))
            self.fake.tokens = TokenEndpoint(CLIENT_ID, key.public_key(), NOW)
        for kind in self.issued:
            self.knows(self.identity(kind), good())

    def knows(self, identity: CertificateIdentity, status: dict[str, Any], **more: Any) -> None:
        known = self.fake.certificates.get(identity) or Known(status)
        self.fake.certificates[identity] = replace(known, status=status, **more)

    def path(self, kind: str = "auth", issued: Issued | None = None) -> CertificatePath:
        leaf = parse_leaf(der((issued or self.issued[kind]).certificate))
        return resolve_path(leaf, self.world.anchors(), NOW)[0]

    def identity(self, kind: str = "auth") -> CertificateIdentity:
        serial = self.issued[kind].certificate.serial_number
        return CertificateIdentity(f"jpki-{kind}", serial)

    @property
    def tokens(self) -> TokenEndpoint:
        assert self.fake.tokens is not None
        return self.fake.tokens

    def table(self, **change: Any) -> dict[str, Any]:
        """The plugin's settings, as they should be."""
        every = {
            "base_url": self.fake.base_url,
            "ca_file": str(self.ca.ca_file),
            "client_key_file": str(self.client.key_file),
            "timeout_seconds": 2,
        }
        if self.by_jwt:
            own = {
                "client_auth": "private_key_jwt",
                "client_id": CLIENT_ID,
                "token_url": self.tokens.url,
            }
        else:
            own = {"client_certificate_file": str(self.client.certificate_file)}
        return {**every, **own, **change}

    def plugin(self, **change: Any) -> VerificationService:
        return VerificationService(self.table(**change))

    async def status(
        self, plugin: VerificationService | None = None, now: datetime = NOW, kind: str = "auth"
    ) -> CertificateStatus:
        """Asked anew, by a plugin of its own unless one is given."""
        context = ValidationContext(now=now, certificate_type=CertificateType.AUTHENTICATION)
        return await (plugin or self.plugin()).status(self.path(kind), context)

    async def status_of(self, answer: dict[str, Any], now: datetime = NOW) -> CertificateStatus:
        """When the service says this of the certificate."""
        self.knows(self.identity(), answer)
        return await self.status(now=now)


@asynccontextmanager
async def service_world(
    world: World, folder: Path, *, by_jwt: bool = False
) -> AsyncIterator[ServiceWorld]:
    made = ServiceWorld(world, folder, by_jwt=by_jwt)
    async with serving(made.ca, made.fake):
        yield made
