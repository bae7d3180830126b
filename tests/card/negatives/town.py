"""What a row of the negative table is, and the good lines that its one change is made to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509

from gateway.virtual.authority import Customise
from tests.card.batch.desk import Line, base64, card_line, crl
from tests.card.forge import Change as ForgedPart
from tests.card.forge import der, forge
from tests.card.world import World
from tests.plugins.ocsp_world import OcspWorld


class Town:
    """One card and its CA: what a good line is made of, and what a change begins with."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind = world, kind
        self.ocsp = OcspWorld(world)
        self.leaf = self.ocsp.leaf if kind == "auth" else world.issue(kind).certificate
        self.anchor = world.authority.issuer(f"jpki-{kind}", 2)

    @property
    def ca_name(self) -> list[x509.GeneralName]:
        return [x509.DirectoryName(self.anchor.certificate.issuer)]

    def ca(self, kind: str | None = None, generation: int = 2) -> x509.Certificate:
        return self.world.authority.issuer(f"jpki-{kind or self.kind}", generation).certificate

    def crl(self, **changes: object) -> bytes:
        return crl(self.world, self.kind, **changes)  # type: ignore[arg-type]

    def forged_anchor(self, change: ForgedPart) -> bytes:
        """The leaf's own anchor with one thing changed, signed by itself again."""
        return forge(der(self.anchor.certificate), self.anchor.private_key, change)


Members = Mapping[str, object]
"""Of a line, in the place of the good ones."""
Change = Callable[[Town], Members]


@dataclass(frozen=True)
class Base:
    """A line that is accepted as it is."""

    name: str
    kind: str
    line: Callable[[Town], Line]


@dataclass(frozen=True)
class Row:
    name: str
    change: Change
    outcome: str
    reason: str | None
    base: Base


def certificate(changed: x509.Certificate | bytes) -> Members:
    octets = changed if isinstance(changed, bytes) else der(changed)
    return {"certificate": base64(octets)}


def with_crl(town: Town) -> Line:
    return card_line(town.world, town.leaf, town.kind)


AUTH = Base("an authentication certificate and a CRL", "auth", with_crl)
SIGN = Base("a signature certificate and a CRL", "sign", with_crl)
REFUSED, UNDETERMINED, ACCEPTED = "refused", "undetermined", "accepted"


def refused(name: str, reason: str, change: Change, base: Base = AUTH) -> Row:
    return Row(name, change, REFUSED, reason, base)


def accepted(name: str, change: Change, base: Base = AUTH) -> Row:
    """What stands beside a refusal and must not be taken for it."""
    return Row(name, change, ACCEPTED, None, base)


def issued(customise: Customise) -> Change:
    """The card's certificate, with this changed before its CA signs it."""
    return lambda town: certificate(town.world.issue(town.kind, customise=customise).certificate)


def forged(change: ForgedPart) -> Change:
    """The same on the bytes of the tbsCertificate, for what no builder makes."""
    return lambda town: certificate(town.world.forged(change, town.kind))


def spoilt(change: Callable[[bytes], bytes]) -> Change:
    """The certificate's own bytes, after its CA has signed them."""
    return lambda town: certificate(change(der(town.leaf)))
