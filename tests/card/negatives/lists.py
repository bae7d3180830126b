"""How a wrong CRL is made: of the card's own CA and municipality but for one thing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.virtual.keys import PrivateKey
from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import HANASAKI, Municipality
from gateway.virtual.template import CertificateTemplate, CrlTemplate, Extension, RevokedEntry
from tests.card.batch.desk import base64, crl
from tests.card.forge import Change as ForgedPart
from tests.card.forge import (
    Node,
    extensions,
    find_extension,
    forge,
    make_critical,
    parse,
    set_value,
    sign_bytes,
    tlv,
)
from tests.card.negatives.town import AUTH, UNDETERMINED, Base, Change, Members, Row, Town, issued
from tests.card.world import NOW

UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0")
NUMBER, SCOPE_OID = "2.5.29.20", "2.5.29.28"
POINT = distribution_point_name(AnchorSet.AUTH, HANASAKI)
OTHER_POINT = distribution_point_name(
    AnchorSet.AUTH, Municipality("Other-ken", "Other-shi", "99999")
)
DIRECTORY = x509.DirectoryName(POINT)


class Part:
    """Where the parts of a tbsCertList without entries stand (RFC 5280 §5.1.2)."""

    VERSION, ALGORITHM, ISSUER, THIS_UPDATE, NEXT_UPDATE, EXTENSIONS = range(6)


def unusable(name: str, change: Change, base: Base = AUTH) -> Row:
    return Row(f"a CRL: {name}", change, UNDETERMINED, "status_unknown", base)


def given(*crls: bytes) -> Members:
    return {"crls": [base64(each) for each in crls]}


def template(customise: Callable[[CrlTemplate], CrlTemplate]) -> Change:
    return lambda town: given(town.crl(customise=customise))


def with_extension(value: x509.ExtensionType, *, critical: bool = True) -> Change:
    return template(lambda made: made.with_extension(value, critical=critical))


def spoilt(change: Callable[[bytes], bytes]) -> Change:
    return lambda town: given(change(town.crl()))


def renumbered(good: bytes) -> bytes:
    """Another cRLNumber behind its CA's back."""
    whole = parse(good)
    set_value(find_extension(whole.children[0], NUMBER), b"\2\1\5")
    return whole.encode()


def forged(change: ForgedPart) -> Change:
    return lambda town: given(forge(town.crl(), town.anchor.private_key, change))


def field(position: int, replacement: bytes) -> Change:
    return forged(lambda tbs: setattr(tbs.children[position], "replacement", replacement))


def valued(oid: str, value: bytes) -> Change:
    return forged(lambda tbs: set_value(find_extension(tbs, oid), value))


def without(oid: str) -> Change:
    return forged(lambda tbs: extensions(tbs).remove(find_extension(tbs, oid)))


def twice(oid: str) -> Change:
    return forged(lambda tbs: extensions(tbs).append(find_extension(tbs, oid)))


def critical(oid: str) -> Change:
    return forged(lambda tbs: make_critical(find_extension(tbs, oid)))


def entries(*ders: bytes) -> Change:
    """With these entries, well-formed or not."""

    def change(tbs: Node) -> None:
        listed = Node(0x30, [], replacement=tlv(0x30, b"".join(ders)))
        tbs.children.insert(Part.EXTENSIONS, listed)

    return forged(change)


def revoking(town: Town, *entry_extensions: Extension, at: datetime = NOW) -> bytes:
    """The list that has the card's certificate on it."""
    entry = RevokedEntry(town.leaf.serial_number, at, entry_extensions)
    return town.crl(customise=lambda made: replace(made, revoked=(entry,)))


def listing(*entry_extensions: Extension, at: datetime = NOW) -> Change:
    return lambda town: given(revoking(town, *entry_extensions, at=at))


def among_ten_thousand(town: Town) -> Members:
    numbers = [town.leaf.serial_number, *range(100_000, 110_000)]
    listed = tuple(RevokedEntry(number, NOW) for number in numbers)
    return given(town.crl(customise=lambda made: replace(made, revoked=listed)))


def listed_twice(town: Town) -> Members:
    entry = RevokedEntry(town.leaf.serial_number, NOW)
    return given(town.crl(customise=lambda made: replace(made, revoked=(entry, entry))))


def of_the_other_service(town: Town) -> Members:
    """Its own list, and another CA's with the same number on it."""
    entry = RevokedEntry(town.leaf.serial_number, NOW)
    other = crl(town.world, "sign", customise=lambda made: replace(made, revoked=(entry,)))
    return given(town.crl(), other)


def for_reason(reason: x509.ReasonFlags) -> Change:
    return listing((x509.CRLReason(reason), False))


def by_another(key: Callable[[Town], PrivateKey]) -> Change:
    return lambda town: given(forge(town.crl(), key(town), lambda tbs: None))


def under(algorithm: bytes, hash_algorithm: hashes.HashAlgorithm) -> Change:
    """Under another algorithm, rightly named in both places and rightly signed."""

    def change(town: Town) -> Members:
        whole = parse(town.crl())
        whole.children[0].children[Part.ALGORITHM].replacement = algorithm
        whole.children[1].replacement = algorithm
        tbs = whole.children[0].encode()
        signature = sign_bytes(town.anchor.private_key, tbs, hash_algorithm)
        whole.children[2].content = b"\x00" + signature
        return given(whole.encode())

    return change


def scope(**changes: object) -> x509.IssuingDistributionPoint:
    good: dict[str, object] = {
        "full_name": [DIRECTORY],
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**good, **changes})  # type: ignore[arg-type]


def scoped(*, is_critical: bool = True, **changes: object) -> Change:
    return with_extension(scope(**changes), critical=is_critical)


def pointing(*points: x509.DistributionPoint) -> Change:
    """The certificate says that its lists are elsewhere."""

    def customise(made: CertificateTemplate) -> CertificateTemplate:
        if not points:
            return made.without_extension(x509.CRLDistributionPoints.oid)
        return made.with_extension(x509.CRLDistributionPoints(points))

    return issued(customise)


def point(**changes: object) -> x509.DistributionPoint:
    good: dict[str, object] = {
        "full_name": [DIRECTORY],
        "relative_name": None,
        "reasons": None,
        "crl_issuer": None,
    }
    return x509.DistributionPoint(**{**good, **changes})  # type: ignore[arg-type]
