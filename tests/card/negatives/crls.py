"""CRLs of a wrong form, time or issuer (RFC 5280 §5.1, §6.3.3): they prove nothing at all."""

from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.names import AnchorSet, authority_name
from tests.card.batch.desk import crl, rfc3339
from tests.card.forge import der, tlv
from tests.card.general.crl_forge import (
    generalized_time,
    integer,
)
from tests.card.negatives import paths
from tests.card.negatives.lists import (
    NUMBER,
    SCOPE_OID,
    UNKNOWN,
    Part,
    by_another,
    critical,
    field,
    forged,
    given,
    renumbered,
    revoking,
    spoilt,
    template,
    twice,
    under,
    unusable,
    valued,
    with_extension,
    without,
)
from tests.card.negatives.town import AUTH, UNDETERMINED, Change, Row, accepted
from tests.card.test_algorithms import RSA_PSS, RSA_WITH_SHA1, RSA_WITH_SHA384
from tests.card.world import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
AKI, KEY_USAGE = "2.5.29.35", "2.5.29.15"


def stale(name: str, change: Change) -> Row:
    return Row(f"stale: {name}", change, UNDETERMINED, "status_stale", AUTH)


FORM = (
    unusable("none at all", lambda town: given()),
    unusable("nothing", lambda town: given(b"")),
    unusable("an HTML page", lambda town: given(b"<!DOCTYPE html><title>502</title>")),
    unusable(
        "PEM", lambda town: given(x509.load_der_x509_crl(town.crl()).public_bytes(Encoding.PEM))
    ),
    unusable("a certificate", lambda town: given(der(town.leaf))),
    unusable("the last byte lost", spoilt(lambda good: good[:-1])),
    unusable("half of it", spoilt(lambda good: good[: len(good) // 2])),
    unusable("a byte behind it", spoilt(lambda good: good + b"\0")),
    unusable("an indefinite length", spoilt(lambda good: b"\x30\x80" + good[4:] + b"\0\0")),
    unusable("a length that is not minimal", spoilt(lambda good: b"\x30\x83\0" + good[2:])),
    unusable("a fourth part", spoilt(lambda good: tlv(0x30, good[4:] + b"\5\0"))),
    unusable("no version", field(Part.VERSION, b"")),
    unusable("version 1", field(Part.VERSION, b"\2\1\0")),
    unusable("version 3", field(Part.VERSION, b"\2\1\2")),
    unusable("another algorithm inside", field(Part.ALGORITHM, RSA_WITH_SHA384)),
    unusable("an empty issuer", field(Part.ISSUER, b"\x30\0")),
    unusable("no extensions", field(Part.EXTENSIONS, b"")),
    unusable("an unknown critical extension", with_extension(UNKNOWN)),
    unusable("an extension twice", twice(AKI)),
    unusable("a scope twice", twice(SCOPE_OID)),
    unusable("no cRLNumber", without(NUMBER)),
    unusable("a critical cRLNumber", critical(NUMBER)),
    unusable("a negative cRLNumber", valued(NUMBER, b"\2\1\xff")),
    unusable("a cRLNumber of 21 octets", valued(NUMBER, tlv(2, b"\1" + bytes(20)))),
    unusable("a cRLNumber that is no number", valued(NUMBER, b"\5\0")),
    unusable("a critical authorityKeyIdentifier", critical(AKI)),
    unusable("a delta", with_extension(x509.DeltaCRLIndicator(1))),
    unusable(
        "a delta that does not say so loudly",
        with_extension(x509.DeltaCRLIndicator(1), critical=False),
    ),
)

TIMES = (
    unusable("no thisUpdate", field(Part.THIS_UPDATE, b"")),
    unusable("no nextUpdate", field(Part.NEXT_UPDATE, b"")),
    unusable(
        "a year before 2050 as GeneralizedTime", field(Part.THIS_UPDATE, generalized_time(NOW))
    ),
    unusable("the same of its end", field(Part.NEXT_UPDATE, generalized_time(NOW + HOUR))),
    unusable("a time without seconds", field(Part.THIS_UPDATE, tlv(0x17, b"2611200000Z"))),
    unusable("a time of another zone", field(Part.THIS_UPDATE, tlv(0x17, b"261120000000+0900"))),
    unusable("a time with a fraction", field(Part.NEXT_UPDATE, tlv(0x18, b"20500101000000.5Z"))),
    unusable("a day that does not exist", field(Part.THIS_UPDATE, tlv(0x17, b"260230000000Z"))),
    unusable("a time that is a number", field(Part.NEXT_UPDATE, integer(5))),
    unusable(
        "of the future by a second", template(lambda made: replace(made, this_update=NOW + SECOND))
    ),
    unusable(
        "of the future though it revokes",
        lambda town: {**given(revoking(town)), "at": rfc3339(NOW - SECOND)},
    ),
    stale(
        "a second past its nextUpdate",
        template(lambda made: replace(made, this_update=NOW - HOUR, next_update=NOW - SECOND)),
    ),
    stale(
        "past its nextUpdate though it revokes",
        lambda town: {**given(revoking(town)), "at": rfc3339(NOW + timedelta(days=8))},
    ),
    stale(
        "of before the certificate",
        template(
            lambda made: replace(
                made, this_update=NOW - timedelta(days=90), next_update=NOW - timedelta(days=83)
            )
        ),
    ),
)

ISSUERS = (
    unusable("signed by another generation", by_another(lambda town: town.world.ca_key("auth", 1))),
    unusable(
        "signed by the other service's CA", by_another(lambda town: town.world.ca_key("sign", 2))
    ),
    unusable("signed by the person", by_another(lambda town: town.world.keys.card)),
    unusable(
        "with a bit of its signature flipped",
        spoilt(lambda good: good[:-1] + bytes([good[-1] ^ 1])),
    ),
    unusable("changed after it was signed", spoilt(renumbered)),
    unusable("another generation's own", lambda town: given(town.crl(generation=1))),
    unusable("the other service's own", lambda town: given(crl(town.world, "sign"))),
    unusable(
        "under the other service's name",
        template(lambda made: replace(made, issuer=authority_name(AnchorSet.SIGN))),
    ),
    unusable(
        "under its name with a unit less",
        template(lambda made: replace(made, issuer=x509.Name(list(made.issuer)[:-1]))),
    ),
    unusable(
        "of another key by its identifier",
        with_extension(x509.AuthorityKeyIdentifier(bytes(20), None, None), critical=False),
    ),
    unusable(
        "of another certificate of the CA",
        lambda town: with_extension(
            x509.AuthorityKeyIdentifier(None, town.ca_name, 999), critical=False
        )(town),
    ),
    unusable("signed with SHA-1", under(RSA_WITH_SHA1, hashes.SHA1())),  # noqa: S303
    unusable("signed with SHA-384 and RSA", under(RSA_WITH_SHA384, hashes.SHA384())),
    unusable("signed with PSS", under(RSA_PSS, hashes.SHA256())),
    unusable("of a CA that may not sign any", paths.anchor(paths.valued(KEY_USAGE, b"\3\2\2\4"))),
)

REFUSALS = (*FORM, *TIMES, *ISSUERS)

ACCEPTANCES = (
    accepted("a CRL: forged without a change", forged(lambda tbs: None)),
    accepted("a CRL: with an unknown extension", with_extension(UNKNOWN, critical=False)),
    accepted("a CRL: without a key identifier", without(AKI)),
    accepted("a CRL: of a CA without keyUsage", paths.anchor(paths.without(KEY_USAGE))),
    accepted("a CRL: unusable beside a good one", lambda town: given(b"", town.crl())),
    accepted("a CRL: none where nobody asks", lambda town: {**given(), "revocation": "off"}),
    accepted(
        "a CRL: its last second",
        lambda town: {**given(town.crl(next_update=NOW + HOUR)), "at": rfc3339(NOW + HOUR)},
    ),
    accepted(
        "a CRL: from 2050 on",
        template(lambda made: replace(made, next_update=NOW.replace(year=2051))),
    ),
)
