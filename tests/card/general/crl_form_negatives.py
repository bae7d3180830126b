"""CRLs with one wrong thing each in their form or times, beside the right one (RFC 5280 §5)."""

from datetime import timedelta

from gateway.card.api import Reason
from gateway.card.general.crl_form import MAX_CRL_OCTETS
from tests.card.forge import oid_der, tlv
from tests.card.general.crl_cases import (
    AFTER_2049,
    ECDSA_WITH_SHA384,
    GOOD,
    OTHER,
    SECOND,
    SUB,
    Case,
    crl,
    form,
    given,
    with_length,
)
from tests.card.general.crl_forge import (
    AUTHORITY_KEY_IDENTIFIER,
    CRL_NUMBER,
    CRL_REASON,
    INDIRECT,
    KEY_COMPROMISE,
    NEXT_UPDATE,
    REMOVE_FROM_CRL,
    THIS_UPDATE,
    UNKNOWN,
    USER,
    certificate_issuer,
    entry,
    extension,
    generalized_time,
    integer,
    number,
    point,
    utc_time,
)
from tests.card.general.pki import AT

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


CASES = [*FORM, *ENTRIES, *TIMES]
