"""What a table of wrong CRLs is made of: certificates, and CRLs of their issuer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509

from gateway.card.api import Reason
from gateway.card.general.crl_points import Reasons
from tests.card.forge import key_usage, oid_der, tlv
from tests.card.general.crl_forge import (
    ISSUING_DISTRIBUTION_POINT,
    distribution_points,
    entry,
    extension,
    make_crl,
)
from tests.card.general.pki import AT, Entity, issue, name, new_key

SECOND = timedelta(seconds=1)
AFTER_2049 = datetime(2050, 1, 1, tzinfo=UTC)
POINT, OTHER_POINT = name("Point"), name("Other point")
PART = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Part")])
PART_DER, OTHER_PART_DER = (
    tlv(0x30, oid_der("2.5.4.3") + tlv(0x0C, text)) for text in (b"Part", b"Another part")
)
SOME = Reasons.KEY_COMPROMISE | Reasons.CA_COMPROMISE
SHA1_WITH_ECDSA = tlv(0x30, oid_der("1.2.840.10045.4.1"))
ECDSA_WITH_SHA384 = tlv(0x30, oid_der("1.2.840.10045.4.3.3"))


def leaf(issuer: Entity, *extensions: tuple[x509.ExtensionType, bool]) -> Entity:
    return issue("Leaf", issuer, ca=False, extensions=extensions)


ROOT, SIBLING = issue("Root"), issue("Sibling")
NO_CRL_SIGN = issue("No cRLSign", extensions=[(key_usage("key_cert_sign"), True)])
NO_KEY_USAGE = issue("No keyUsage", without=[x509.KeyUsage])
LEAF, SUB = leaf(ROOT), issue("Sub", ROOT)
AT_POINT = leaf(ROOT, distribution_points(POINT))
AT_PART = leaf(ROOT, distribution_points(relative=PART))
AT_ISSUER = leaf(ROOT, distribution_points(POINT, crl_issuer=ROOT.name))
FOR_SOME = leaf(
    ROOT, distribution_points(POINT, reasons=frozenset({x509.ReasonFlags.key_compromise}))
)
NAMESAKE = Entity(ROOT.name, new_key(), b"")
"""Whoever it is signs under the anchor's name."""


@dataclass(frozen=True)
class Given:
    crls: tuple[bytes, ...]
    leaf: Entity = LEAF
    anchor: Entity = ROOT
    at: datetime = AT


@dataclass(frozen=True)
class Case:
    told: str
    wrong: Given
    right: Given
    reason: Reason = Reason.STATUS_UNKNOWN


def given(*crls: bytes, of: Entity = LEAF, anchor: Entity = ROOT, at: datetime = AT) -> Given:
    return Given(crls, of, anchor, at)


def crl(*entries: bytes, **changed: object) -> bytes:
    return make_crl(ROOT, *entries, **changed)  # type: ignore[arg-type]


GOOD = crl()
OTHER = entry(77)
RIGHT = given(GOOD)
BESIDE = given(crl(OTHER))


def form(told: str, wrong: bytes, right: bytes = GOOD) -> Case:
    return Case(told, given(wrong), given(right))


def pointed(told: str, wrong: bytes, right: bytes, of: Entity = LEAF) -> Case:
    """`wrong`, `right`: the issuingDistributionPoint."""
    return Case(told, given(crl(extensions=[wrong]), of=of), given(crl(extensions=[right]), of=of))


def raw_point(content: bytes) -> bytes:
    return extension(ISSUING_DISTRIBUTION_POINT, tlv(0x30, content), critical=True)


def with_length(der: bytes, length: bytes) -> bytes:
    """The outer value under another spelling of its length."""
    assert der[1] == 0x82 or der[1] == 0x81
    return der[:1] + length + der[2 + (der[1] & 0x7F) :]


def flipped(der: bytes, at: int) -> bytes:
    return der[:at] + bytes((der[at] ^ 1,)) + der[at + 1 :]
