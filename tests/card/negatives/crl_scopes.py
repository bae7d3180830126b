"""CRLs of a wrong scope, with entries not understood, and those that revoke (RFC 5280 §5.2)."""

from datetime import timedelta

from cryptography import x509

from tests.card.forge import oid_der, tlv
from tests.card.general.crl_forge import (
    certificate_issuer,
    entry,
    extension,
    generalized_time,
    integer,
)
from tests.card.negatives.lists import (
    DIRECTORY,
    OTHER_POINT,
    POINT,
    SCOPE_OID,
    among_ten_thousand,
    entries,
    for_reason,
    given,
    listed_twice,
    listing,
    of_the_other_service,
    point,
    pointing,
    revoking,
    scoped,
    unusable,
    valued,
    without,
)
from tests.card.negatives.town import AUTH, REFUSED, SIGN, Base, Change, Row, accepted
from tests.card.world import NOW

UNKNOWN_OID, REASON, INVALIDITY = "1.3.6.1.4.1.99999.1", "2.5.29.21", "2.5.29.24"
RELATIVE = x509.RelativeDistinguishedName(
    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hanasaki-machi CRLDP")]
)
URI = x509.UniformResourceIdentifier("http://crl.example.test")
ELSEWHERE = x509.DirectoryName(OTHER_POINT)
PREFECTURE = x509.DirectoryName(x509.Name(list(POINT)[:-1]))
SOME = frozenset({x509.ReasonFlags.key_compromise})
COUNTRY_OF_BITS = tlv(0x30, tlv(0x31, tlv(0x30, oid_der("2.5.4.6") + b"\3\3\0JP")))
OF_BITS = tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0xA4, COUNTRY_OF_BITS))))
OTHER, NEXT = entry(77), entry(78)


def revoked(name: str, change: Change, base: Base = AUTH) -> Row:
    return Row(f"revoked: {name}", change, REFUSED, "revoked", base)


SCOPES = (
    unusable("without a scope", without(SCOPE_OID)),
    unusable("of another municipality", scoped(full_name=[ELSEWHERE])),
    unusable("of the prefecture", scoped(full_name=[PREFECTURE])),
    unusable("of a place on the web", scoped(full_name=[URI])),
    unusable("of two places", scoped(full_name=[DIRECTORY, URI])),
    unusable("of a place whose name is of bits", valued(SCOPE_OID, OF_BITS)),
    unusable("of a relative place", scoped(full_name=None, relative_name=RELATIVE)),
    unusable("of no place, for persons", scoped(full_name=None, only_contains_user_certs=True)),
    unusable("for CAs", scoped(only_contains_ca_certs=True)),
    unusable("for attribute certificates", scoped(only_contains_attribute_certs=True)),
    unusable("for some reasons", scoped(only_some_reasons=SOME)),
    unusable("indirect", scoped(indirect_crl=True)),
    unusable("indirect, and not critically so", scoped(is_critical=False, indirect_crl=True)),
    unusable("for a certificate that names none", pointing()),
    unusable("for a certificate that names a place on the web", pointing(point(full_name=[URI]))),
    unusable(
        "for a certificate that names another issuer", pointing(point(crl_issuer=[DIRECTORY]))
    ),
    unusable("for a certificate that names some reasons", pointing(point(reasons=SOME))),
    unusable(
        "for a certificate that names a relative place",
        pointing(point(full_name=None, relative_name=RELATIVE)),
    ),
    unusable(
        "for a certificate that names two places", pointing(point(), point(full_name=[ELSEWHERE]))
    ),
)

ENTRIES = tuple(
    unusable(f"an entry {name}", entries(*ders))
    for name, ders in (
        (
            "with an unknown critical extension",
            [entry(77, None, extension(UNKNOWN_OID, b"\5\0", critical=True))],
        ),
        ("with an extension twice", [entry(77, 1, extension(REASON, b"\x0a\1\1"))]),
        ("of another issuer", [entry(77, None, certificate_issuer(POINT))]),
        ("for the reason 7", [entry(77, 7)]),
        ("for the reason 11", [entry(77, 11)]),
        ("for a reason of two octets", [entry(77, None, extension(REASON, b"\x0a\2\0\1"))]),
        ("that is taken back", [entry(77, 8)]),
        (
            "with a date of invalidity that is none",
            [entry(77, None, extension(INVALIDITY, b"\5\0"))],
        ),
        (
            "with empty extensions",
            [tlv(0x30, integer(77) + tlv(0x17, b"261120000000Z") + b"\x30\0")],
        ),
        ("with a serial number of 21 octets", [entry(1 << 160)]),
        ("with a negative serial number", [entry(-1)]),
        ("with a serial number that is not minimal", [entry(b"\2\2\0\1")]),
        ("without a serial number", [entry(b"\2\0")]),
        ("without a date", [tlv(0x30, integer(77))]),
        ("with a date that does not exist", [entry(77, at=tlv(0x17, b"260230000000Z"))]),
        ("with an early GeneralizedTime", [entry(77, at=generalized_time(NOW))]),
        ("with a value too many", [tlv(0x30, entry(77)[2:] + b"\5\0")]),
        ("that is no SEQUENCE", [OTHER, tlv(0x31, integer(78))]),
        ("cut short", [OTHER, NEXT[:-1]]),
    )
)

REVOKED = (
    *(
        revoked(reason.value, for_reason(reason))
        for reason in x509.ReasonFlags
        if reason not in (x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl)
    ),
    revoked("for no reason", listing()),
    revoked(
        "a signature certificate after a move",
        for_reason(x509.ReasonFlags.affiliation_changed),
        SIGN,
    ),
    revoked("from a day in the future on", listing(at=NOW + timedelta(days=30))),
    revoked("before it was issued", listing(at=NOW - timedelta(days=3_000))),
    revoked(
        "with a date of invalidity", listing((x509.InvalidityDate(NOW.replace(tzinfo=None)), False))
    ),
    revoked("on one list and not on a later one", lambda town: given(revoking(town), town.crl())),
    revoked("on the last list", lambda town: given(town.crl(), revoking(town))),
    revoked("among ten thousand", among_ten_thousand),
    revoked("twice on one list", listed_twice),
)

REFUSALS = (*SCOPES, *ENTRIES, *REVOKED)

ACCEPTANCES = (
    accepted("a CRL: with others on it", entries(OTHER, NEXT)),
    accepted("a CRL: with another on it twice", entries(OTHER, OTHER)),
    accepted(
        "a CRL: an entry with an unknown extension",
        entries(entry(77, None, extension(UNKNOWN_OID, b"\5\0"))),
    ),
    accepted("a CRL: for persons", scoped(only_contains_user_certs=True)),
    accepted("a CRL: a scope that is not critical", scoped(is_critical=False)),
    accepted("a CRL: of another issuer with the same number on it", of_the_other_service),
)
