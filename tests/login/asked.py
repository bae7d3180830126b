"""Plugins of these tests that do what a test says while a card waits for their answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

from gateway.card.api import (
    CertificateIdentity,
    CertificatePath,
    CertificateStatus,
    CertificateType,
    HolderAnswer,
    Predecessors,
    StatusValue,
    ValidationContext,
)
from gateway.plugins import installed_plugins
from tests.login.linking import started_again
from tests.support.gateway import Gateway

STATUS, LINKING = "asked-status", "asked-linking"
INSTALLED = EntryPoints(
    [
        *installed_plugins(),
        EntryPoint(STATUS, f"{__name__}:Status", "gateway.revocation_sources"),
        EntryPoint(LINKING, f"{__name__}:Linking", "gateway.certificate_linking"),
    ]
)
GOOD = CertificateStatus(StatusValue.GOOD, STATUS)


async def nothing() -> None:
    """Nobody does anything meanwhile."""


@dataclass(slots=True)
class Meanwhile:
    """What happens while somebody is asked, once; and the answer."""

    happens: Callable[[], Awaitable[None]] = nothing
    answer: CertificateStatus = GOOD

    async def pass_by(self) -> None:
        happens, self.happens = self.happens, nothing
        await happens()


class Status:
    name = STATUS

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._meanwhile: Meanwhile = settings["meanwhile"]

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        answer = self._meanwhile.answer
        await self._meanwhile.pass_by()
        return answer


class Linking:
    name = LINKING

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._meanwhile: Meanwhile = settings["meanwhile"]

    async def same_holder(
        self, signature: CertificateIdentity, authentication: CertificateIdentity, now: datetime
    ) -> HolderAnswer:
        await self._meanwhile.pass_by()
        return HolderAnswer.SAME

    async def predecessors(
        self, certificate: CertificateIdentity, certificate_type: CertificateType, now: datetime
    ) -> Predecessors:
        return Predecessors(known=True)


async def with_status(gateway: Gateway, meanwhile: Meanwhile) -> Gateway:
    tables = {STATUS: {"meanwhile": meanwhile}}
    return await started_again(gateway, tables, INSTALLED, revocation_sources=(STATUS,))


async def with_linking(gateway: Gateway, meanwhile: Meanwhile) -> Gateway:
    return await started_again(
        gateway, {LINKING: {"meanwhile": meanwhile}}, INSTALLED, linking=LINKING
    )
