"""One certificate and its municipality's CRL, and what the source says when the CRL is changed."""

import shutil
from datetime import timedelta

from cryptography import x509

from gateway.card.api import (
    Anchor,
    CertificatePath,
    CertificateStatus,
    CertificateType,
    StatusValue,
    ValidationContext,
)
from gateway.card.certificate import parse_leaf
from gateway.card.path import resolve_path
from gateway.virtual.authority import Issued
from gateway.virtual.person import HANASAKI
from gateway.virtual.revocation_list import CustomiseCrl
from plugins.crl import CrlDirectory
from plugins.crl.files import CrlFiles
from plugins.crl.index_folder import IndexFolder
from tests.card.forge import Change, der, forge
from tests.card.world import NOW, World

PUBLISHED = NOW - timedelta(hours=1)
NEXT_UPDATE = NOW + timedelta(hours=23)
CONTEXT = ValidationContext(now=NOW, certificate_type=CertificateType.AUTHENTICATION)


class CrlWorld:
    """The source looks at its folder at every question."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.folder = world.crl_folder
        self.source = world.crl_source()
        self.issued = world.issue("auth", generation=2)

    def remake(self, **table: object) -> CrlDirectory:
        """The source anew, with other settings."""
        self.source = CrlDirectory({"directory": str(self.folder), "check_seconds": 0, **table})
        return self.source

    def path(self, issued: Issued | None = None) -> CertificatePath:
        leaf = parse_leaf(der((issued or self.issued).certificate))
        return resolve_path(leaf, self.world.anchors(), NOW)[0]

    def revoke(
        self, reason: x509.ReasonFlags = x509.ReasonFlags.superseded, issued: Issued | None = None
    ) -> None:
        certificate = (issued or self.issued).certificate
        self.world.authority.revoke(certificate, reason, PUBLISHED)

    def crl(
        self,
        customise: CustomiseCrl | None = None,
        *,
        kind: str = "auth",
        generation: int = 2,
    ) -> bytes:
        return self.world.authority.crl(
            f"jpki-{kind}",
            generation,
            HANASAKI,
            PUBLISHED,
            next_update=NEXT_UPDATE,
            customise=customise,
        )

    def forged(self, change: Change) -> bytes:
        return forge(self.crl(), self.world.ca_key(), change)

    def write(self, content: bytes, name: str = "list.crl") -> None:
        (self.folder / name).write_bytes(content)

    async def status(
        self, issued: Issued | None = None, context: ValidationContext = CONTEXT
    ) -> CertificateStatus:
        return await self.source.status(self.path(issued), context)

    async def value(self, content: bytes) -> StatusValue:
        """What a source of its own says when this is, and was, the only file."""
        self.write(content)
        shutil.rmtree(self.folder / ".index", ignore_errors=True)
        self.source = self.world.crl_source()
        return (await self.status()).value

    async def problem(self, content: bytes) -> str | None:
        """Why this file, alone in the folder, tells nothing."""
        assert await self.value(content) is StatusValue.UNKNOWN
        problem = self.files().loaded.readings["list.crl"].problem
        return problem or (await self.status()).detail

    def files(self) -> CrlFiles:
        """The folder as a source sees it that knows the certificate's own CA."""
        files = CrlFiles(self.folder, IndexFolder(self.folder / ".index", 10_000_000))
        files.refresh(self.anchors(), NOW)
        return files

    def anchors(self) -> dict[str, Anchor]:
        anchor = self.path().anchor
        return {anchor.fingerprint: anchor}
