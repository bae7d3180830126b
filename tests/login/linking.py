"""A linking plugin of these tests, installed as anyone's, and the gateway that asks it.

What it knows stands in a ledger, as it would at J-LIS; each test writes its own.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import msgspec
from cryptography import x509

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.card.api import CertificateIdentity, CertificateType, HolderAnswer, Predecessors
from gateway.plugins import installed_plugins
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.template import CertificateTemplate
from tests.login.visitor import Visitor
from tests.support.gateway import Gateway

NAME, GROUP = "town-ledger", "gateway.certificate_linking"
INSTALLED = EntryPoints(
    [*installed_plugins(), EntryPoint(NAME, f"{__name__}:TownLedger", GROUP)],
)


@dataclass(slots=True)
class Ledger:
    holder: Any = HolderAnswer.SAME
    """What it answers; an exception is raised."""
    predecessors: Any = None
    """The same; None: as `older` has it."""
    older: dict[CertificateIdentity, tuple[CertificateIdentity, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def renew(self, new: CardKey | None, kind: CertificateType, *older: CardKey | None) -> None:
        """`older`: newest first."""
        self.older[identity_of(new, kind)] = tuple(identity_of(each, kind) for each in older)

    def renew_card(self, new: VirtualCard, *older: VirtualCard) -> None:
        authentications = (each.authentication for each in older)
        self.renew(new.authentication, CertificateType.AUTHENTICATION, *authentications)
        signatures = (each.signature for each in older)
        self.renew(new.signature, CertificateType.SIGNATURE, *signatures)


class TownLedger:
    name = NAME

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._ledger: Ledger = settings["ledger"]

    async def same_holder(
        self, signature: CertificateIdentity, authentication: CertificateIdentity, now: datetime
    ) -> HolderAnswer:
        self._ledger.asked.append("same_holder")
        answer: HolderAnswer = _said(self._ledger.holder)
        return answer

    async def predecessors(
        self, certificate: CertificateIdentity, certificate_type: CertificateType, now: datetime
    ) -> Predecessors:
        self._ledger.asked.append(f"predecessors {certificate_type}")
        answer: Predecessors | None = _said(self._ledger.predecessors)
        if answer is not None:
            return answer
        return Predecessors(known=True, identities=self._ledger.older.get(certificate, ()))


def _said(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def identity_of(key: CardKey | None, kind: CertificateType) -> CertificateIdentity:
    return CertificateIdentity(f"jpki-{'sign' if _signs(kind) else 'auth'}", serial_of(key))


def serial_of(key: CardKey | None) -> int:
    assert key is not None
    return x509.load_der_x509_certificate(key.certificate).serial_number


def _signs(kind: CertificateType) -> bool:
    return kind is CertificateType.SIGNATURE


async def with_linking(gateway: Gateway, ledger: Ledger) -> Gateway:
    """The same gateway, started again with the plugin."""
    return await started_again(gateway, {NAME: {"ledger": ledger}}, INSTALLED, linking=NAME)


async def started_again(
    gateway: Gateway,
    tables: Mapping[str, Mapping[str, Any]],
    installed: EntryPoints,
    **changes: Any,
) -> Gateway:
    """The same gateway, with these `changes` of the section [card], and plugins' tables."""
    before = gateway.provider
    card = msgspec.structs.replace(before.settings.card, **changes)
    plugins = {**before.settings.plugins, **tables}
    settings = msgspec.structs.replace(before.settings, card=card, plugins=plugins)
    stores = before.records, before.moments
    app = await create_app(settings, *stores, gateway.clock, installed)
    provider = await make_provider(settings, *stores, gateway.clock)
    return Gateway(app, provider, gateway.clock, gateway.secrets)


def long_number(template: CertificateTemplate) -> CertificateTemplate:
    """One that stands nowhere by accident, as the demo's small ones do."""
    return replace(template, serial_number=secrets.randbits(100) + (1 << 100))


async def resident_of(visitor: Visitor) -> str:
    session = await visitor.session()
    assert session is not None
    return session.resident_id


async def leave(visitor: Visitor) -> None:
    visitor.browser.cookies.clear()
    assert await visitor.session() is None
