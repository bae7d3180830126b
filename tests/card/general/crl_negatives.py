"""CRLs with one wrong thing each, and beside each the right one (RFC 5280 §5 and §6.3)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.card.api import Reason
from gateway.card.general.crl_form import MAX_CRL_OCTETS
from gateway.card.general.crl_points import ALL_REASONS, Reasons
from tests.card.forge import key_usage, oid_der, tlv
from tests.card.general.crl_forge import (
    ATTRIBUTE,
    AUTHORITY_KEY_IDENTIFIER,
    CA,
    CRL_NUMBER,
    CRL_REASON,
    INDIRECT,
    ISSUING_DISTRIBUTION_POINT,
    KEY_COMPROMISE,
    NEXT_UPDATE,
    REMOVE_FROM_CRL,
    THIS_UPDATE,
    UNKNOWN,
    USER,
    certificate_issuer,
    directory,
    distribution_points,
    entry,
    extension,
    generalized_time,
    integer,
    key_identifier,
    make_crl,
    number,
    point,
    serial_number,
    utc_time,
)
from tests.card.general.pki import AT, NOT_BEFORE, Entity, issue, name, new_key

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


BODY = len(GOOD) - 2 - (GOOD[1] & 0x7F)

FORM = [
    form("nothing", b""),
    form("an HTML page", b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"),
    form("a truncated CRL", GOOD[:-1]),
    form("bytes behind it", GOOD + b"\0"),
    form("more than any CRL has", GOOD + bytes(MAX_CRL_OCTETS), crl(*map(entry, range(1, 10_001)))),
    form("a length that is not minimal", with_length(GOOD, b"\x83\0" + BODY.to_bytes(2))),
    form("an indefinite length", with_length(GOOD, b"\x80") + b"\0\0"),
    form("version 1", crl(version=b"\x02\x01\x00")),
    form("no version", crl(version=b"")),
    form("version 3", crl(version=b"\x02\x01\x02")),
    form("another algorithm inside", crl(inner_algorithm=ECDSA_WITH_SHA384)),
    form("an empty issuer", crl(issuer_name=tlv(0x30, b""))),
    form("no extensions", crl(bare=True)),
    form("no cRLNumber", crl(crl_number=b""), crl(crl_number=number(0))),
    form("a critical cRLNumber", crl(crl_number=number(critical=True))),
    form("a negative cRLNumber", crl(crl_number=number(-1))),
    form(
        "a cRLNumber of 21 octets",
        crl(crl_number=number(1 << 160)),
        crl(crl_number=number(1 << 150)),
    ),
    form(
        "an unknown critical extension",
        crl(extensions=[extension(UNKNOWN, b"\x05\0", critical=True)]),
        crl(extensions=[extension(UNKNOWN, b"\x05\0")]),
    ),
    form("an extension twice", crl(extensions=[number()])),
    form(
        "a flag written as FALSE",
        crl(crl_number=tlv(0x30, oid_der(CRL_NUMBER) + b"\x01\x01\0" + tlv(0x04, integer(1)))),
    ),
    form(
        "an authorityKeyIdentifier of another form",
        crl(identifier=extension(AUTHORITY_KEY_IDENTIFIER, tlv(0x30, tlv(0x83, b"\1")))),
    ),
]

ENTRIES = [
    form(
        "an unknown critical entry extension",
        crl(entry(77, None, extension(UNKNOWN, b"\x05\0", critical=True))),
        crl(entry(77, None, extension(UNKNOWN, b"\x05\0"))),
    ),
    form(
        "an entry extension twice",
        crl(entry(77, KEY_COMPROMISE, extension(CRL_REASON, tlv(0x0A, b"\1")))),
        crl(entry(77, KEY_COMPROMISE)),
    ),
    form("an unknown reason", crl(entry(77, 7)), crl(entry(77, 10))),
    form("removeFromCRL in a complete CRL", crl(entry(77, REMOVE_FROM_CRL)), crl(entry(77, 0))),
    form("a serial number of 21 octets", crl(entry(1 << 160)), crl(entry((1 << 159) - 1))),
    form("a serial number that is not minimal", crl(entry(b"\x02\x02\0\x01")), crl(entry(-1))),
    form("an empty serial number", crl(entry(b"\x02\0"))),
    form("a serial number twice", crl(OTHER, OTHER), crl(OTHER, entry(78))),
    form("no date", crl(tlv(0x30, integer(77)))),
    form("an entry that is none", crl(OTHER, tlv(0x31, integer(78)))),
    form(
        "extensions too many",
        crl(entry(77, None, extension(UNKNOWN, bytes(5000)))),
        crl(entry(77, None, extension(UNKNOWN, bytes(500)))),
    ),
    form(
        "an entry of another issuer in a CRL that is not indirect",
        crl(entry(77, None, certificate_issuer(SUB.name)), extensions=[point(flags=[USER])]),
        crl(entry(77, None, certificate_issuer(SUB.name)), extensions=[point(flags=[INDIRECT])]),
    ),
]

TIMES = [
    form("an early GeneralizedTime", crl(this_update=generalized_time(THIS_UPDATE))),
    form(
        "an early GeneralizedTime to end with",
        crl(next_update=generalized_time(NEXT_UPDATE)),
        crl(next_update=generalized_time(AFTER_2049)),
    ),
    form(
        "an early GeneralizedTime in an entry",
        crl(entry(77, at=generalized_time(THIS_UPDATE))),
        crl(entry(77, at=generalized_time(AFTER_2049))),
    ),
    form("a time without seconds", crl(this_update=tlv(0x17, b"2605310000Z"))),
    form("a time with an offset", crl(this_update=tlv(0x17, b"260531000000+0900"))),
    form("a time with a fraction", crl(next_update=tlv(0x18, b"20500101000000.5Z"))),
    form("a day that does not exist", crl(this_update=tlv(0x17, b"260231000000Z"))),
    form("no thisUpdate", crl(this_update=integer(1))),
    form("no nextUpdate", crl(next_update=b"")),
    form(
        "thisUpdate in the future",
        crl(this_update=utc_time(AT + SECOND)),
        crl(this_update=utc_time(AT)),
    ),
    Case(
        "nextUpdate past",
        given(crl(next_update=utc_time(AT - SECOND))),
        given(crl(next_update=utc_time(AT)), at=AT + SECOND - timedelta(microseconds=1)),
        Reason.STATUS_STALE,
    ),
]

SIGNATURES = [
    Case("no CRL", given(), RIGHT),
    form("a signature with one bit changed", flipped(GOOD, len(GOOD) - 5)),
    form("one changed bit in what is signed", flipped(GOOD, GOOD.index(utc_time(THIS_UPDATE)) + 5)),
    form(
        "another key under the issuer's name",
        make_crl(NAMESAKE, identifier=key_identifier(ROOT.key)),
    ),
    form("another CA's CRL", make_crl(SIBLING)),
    form(
        "SHA-1",
        crl(
            inner_algorithm=SHA1_WITH_ECDSA,
            outer_algorithm=SHA1_WITH_ECDSA,
            hash_algorithm=hashes.SHA1(),
        ),
    ),
    form(
        "another key's identifier", crl(identifier=key_identifier(SIBLING.key)), crl(identifier=b"")
    ),
    form(
        "another certificate's serial number in authorityKeyIdentifier",
        crl(
            identifier=extension(
                AUTHORITY_KEY_IDENTIFIER,
                tlv(0x30, tlv(0xA1, directory(ROOT.name)) + tlv(0x82, b"\1")),
            )
        ),
        crl(
            identifier=extension(
                AUTHORITY_KEY_IDENTIFIER,
                tlv(
                    0x30,
                    tlv(0xA1, directory(ROOT.name)) + tlv(0x82, integer(serial_number(ROOT))[2:]),
                ),
            )
        ),
    ),
    Case(
        "an issuer without cRLSign",
        given(make_crl(NO_CRL_SIGN), of=leaf(NO_CRL_SIGN), anchor=NO_CRL_SIGN),
        given(make_crl(NO_KEY_USAGE), of=leaf(NO_KEY_USAGE), anchor=NO_KEY_USAGE),
    ),
]

SCOPE = [
    pointed("another distribution point", point(OTHER_POINT), point(OTHER_POINT, POINT), AT_POINT),
    pointed("a distribution point, the certificate having none", point(POINT), point(ROOT.name)),
    pointed("user certificates only, of a CA", point(flags=[USER]), point(flags=[CA]), SUB),
    pointed("CA certificates only, of a person", point(flags=[CA]), point(flags=[USER])),
    pointed("attribute certificates only", point(flags=[ATTRIBUTE]), point(flags=[USER])),
    pointed(
        "another name relative to the CRL's issuer",
        point(relative=OTHER_PART_DER),
        point(relative=PART_DER),
        AT_PART,
    ),
    pointed(
        "a CRL of the named cRLIssuer that is not indirect",
        point(POINT),
        point(POINT, flags=[INDIRECT]),
        AT_ISSUER,
    ),
    pointed("some reasons only", point(reasons=SOME), point(reasons=ALL_REASONS)),
    Case(
        "some reasons, and the same again",
        given(*(crl(extensions=[point(reasons=SOME)], crl_number=number(n)) for n in (1, 2))),
        given(*(crl(extensions=[point(reasons=each)]) for each in (SOME, ~SOME))),
    ),
    Case(
        "a distribution point for some reasons only",
        given(crl(extensions=[point(POINT)]), of=FOR_SOME),
        given(crl(), of=FOR_SOME),
    ),
    pointed("an empty issuingDistributionPoint", raw_point(b""), point(flags=[USER])),
    pointed("two kinds only", point(flags=[USER, CA]), point(flags=[USER])),
    pointed("a FALSE that is written", raw_point(tlv(0x81, b"\0")), point(flags=[USER])),
    pointed(
        "fields out of order",
        raw_point(tlv(0x84, b"\xff") + tlv(0x81, b"\xff")),
        point(flags=[USER, INDIRECT]),
    ),
    pointed("no reason at all", raw_point(tlv(0x83, b"\x07\0")), point(reasons=ALL_REASONS)),
    pointed(
        "a name that is neither full nor relative", raw_point(tlv(0xA0, b"")), point(ROOT.name)
    ),
]

REVOKED = [
    Case(told, given(wrong, *others), given(BESIDE.crls[0], *others), Reason.REVOKED)
    for told, wrong, *others in (
        ("listed", crl(entry(serial_number(LEAF)))),
        ("on hold", crl(entry(serial_number(LEAF), 6))),
        ("of unspecified reason", crl(entry(serial_number(LEAF), 0))),
        ("listed twice", crl(*[entry(serial_number(LEAF))] * 2)),
        (
            "revoked from tomorrow on",
            crl(entry(serial_number(LEAF), at=utc_time(AT + 86400 * SECOND))),
        ),
        (
            "revoked before it was valid",
            crl(entry(serial_number(LEAF), at=utc_time(NOT_BEFORE - SECOND))),
        ),
        ("not listed any more", crl(entry(serial_number(LEAF))), crl(crl_number=number(2))),
        ("listed beside a CRL that cannot be read", crl(entry(serial_number(LEAF))), b"junk"),
        (
            "listed for some reasons",
            crl(entry(serial_number(LEAF)), extensions=[point(reasons=SOME)]),
            GOOD,
        ),
    )
]

CASES = [*FORM, *ENTRIES, *TIMES, *SIGNATURES, *SCOPE, *REVOKED]
