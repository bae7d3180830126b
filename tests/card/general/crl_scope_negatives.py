"""CRLs that are not of the issuer, not of the scope, or that revoke (RFC 5280 §6.3.3)."""

from cryptography.hazmat.primitives import hashes

from gateway.card.api import Reason
from gateway.card.general.crl_points import ALL_REASONS
from tests.card.forge import tlv
from tests.card.general.crl_cases import (
    AT_ISSUER,
    AT_PART,
    AT_POINT,
    BESIDE,
    FOR_SOME,
    GOOD,
    LEAF,
    NAMESAKE,
    NO_CRL_SIGN,
    NO_KEY_USAGE,
    OTHER_PART_DER,
    OTHER_POINT,
    PART_DER,
    POINT,
    RIGHT,
    ROOT,
    SECOND,
    SHA1_WITH_ECDSA,
    SIBLING,
    SOME,
    SUB,
    Case,
    crl,
    flipped,
    form,
    given,
    leaf,
    pointed,
    raw_point,
)
from tests.card.general.crl_forge import (
    ATTRIBUTE,
    AUTHORITY_KEY_IDENTIFIER,
    CA,
    INDIRECT,
    THIS_UPDATE,
    USER,
    directory,
    entry,
    extension,
    integer,
    key_identifier,
    make_crl,
    number,
    point,
    serial_number,
    utc_time,
)
from tests.card.general.pki import AT, NOT_BEFORE

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
            hash_algorithm=hashes.SHA1(),  # noqa: S303
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


CASES = [*SIGNATURES, *SCOPE, *REVOKED]
