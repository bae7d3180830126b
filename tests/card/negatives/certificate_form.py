"""Certificates of a wrong form: strict DER, RFC 5280 §4.1 and §4.2, algorithms and keys."""

from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.virtual.keys import PublicKey
from tests.card.forge import Change as ForgedPart
from tests.card.forge import (
    Field,
    Node,
    extension,
    extensions,
    find_extension,
    make_critical,
    oid_der,
    parse,
    replace_field,
    set_value,
    tlv,
)
from tests.card.negatives.town import (
    AUTH,
    SIGN,
    Base,
    Change,
    Row,
    accepted,
    certificate,
    forged,
    issued,
    refused,
    spoilt,
)
from tests.card.test_algorithms import RSA_PSS, RSA_WITH_SHA1, RSA_WITH_SHA384, under

FORM, UNKNOWN_OID = "malformed_certificate", "1.3.6.1.4.1.99999.1"
KEY_USAGE, SUBJECT_NAMES, BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.17", "2.5.29.19"
ISSUER_NAMES, DISTRIBUTION_POINTS, POLICIES = "2.5.29.18", "2.5.29.31", "2.5.29.32"
AUTHORITY_KEY, SUBJECT_KEY, PURPOSES = "2.5.29.35", "2.5.29.14", "2.5.29.37"
OCSP_PLACE, NAME_CONSTRAINTS, POLICY_CONSTRAINTS = "1.3.6.1.5.5.7.1.1", "2.5.29.30", "2.5.29.36"
COUNTRY_OF_BITS = tlv(0x30, tlv(0x31, tlv(0x30, oid_der("2.5.4.6") + b"\3\3\0JP")))
OF_BITS = tlv(0xA1, tlv(0xA4, COUNTRY_OF_BITS)) + b"\x82\1\1"
PERMITTED = tlv(0x30, tlv(0xA0, tlv(0x30, b"\x82\1x")))
GOOD_TIME = tlv(0x17, b"301231145959Z")


def malformed(name: str, change: ForgedPart, base: Base = AUTH) -> Row:
    """The CA itself has signed it."""
    return refused(name, FORM, forged(change), base)


def broken(name: str, change: Change) -> Row:
    return refused(name, FORM, change)


def field(number: int, replacement: bytes) -> ForgedPart:
    return replace_field(number, replacement)


def not_after(replacement: bytes) -> ForgedPart:
    return lambda tbs: setattr(tbs.children[Field.VALIDITY].children[1], "replacement", replacement)


def added(oid: str, value: bytes, *, critical: bool = False) -> ForgedPart:
    return lambda tbs: extensions(tbs).append(extension(oid, value, critical=critical))


def valued(oid: str, value: bytes) -> ForgedPart:
    return lambda tbs: set_value(find_extension(tbs, oid), value)


def critical(oid: str) -> ForgedPart:
    return lambda tbs: make_critical(find_extension(tbs, oid))


def twice(oid: str) -> ForgedPart:
    return lambda tbs: extensions(tbs).append(find_extension(tbs, oid))


def flagged(flag: bytes) -> ForgedPart:
    """An extension's critical flag, written by hand."""
    return lambda tbs: find_extension(tbs, SUBJECT_KEY).children.insert(1, parse(flag))


def outer(position: int, replacement: bytes) -> Change:
    """One of the three parts of the certificate, behind its CA's back."""

    def change(good: bytes) -> bytes:
        whole = parse(good)
        whole.children[position].replacement = replacement
        return whole.encode()

    return spoilt(change)


def no_extensions(tbs: Node) -> None:
    del tbs.children[-1]


def keyed(public_key: PublicKey) -> Change:
    return issued(lambda made: replace(made, public_key=public_key))


def rsa_key(bits: int, exponent: int = 65537) -> PublicKey:
    return rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 30_032).public_key()


def key_info(content: bytes) -> Change:
    return forged(replace_field(Field.KEY, content))


def on_curve(curve: ec.EllipticCurve) -> Change:
    return keyed(ec.generate_private_key(curve).public_key())


ED25519 = (
    ed25519.Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)
OFF_ITS_CURVE = tlv(
    0x30,
    tlv(0x30, oid_der("1.2.840.10045.2.1") + oid_der("1.2.840.10045.3.1.7"))
    + tlv(0x03, b"\x00\x04" + b"\x01" * 64),
)

BYTES = (
    broken("nothing", lambda town: certificate(b"")),
    broken("an HTML page", lambda town: certificate(b"<!DOCTYPE html><title>502</title>")),
    broken("PEM", lambda town: certificate(town.leaf.public_bytes(Encoding.PEM))),
    broken("the last byte lost", spoilt(lambda good: good[:-1])),
    broken("half of it", spoilt(lambda good: good[: len(good) // 2])),
    broken("a byte behind it", spoilt(lambda good: good + b"\0")),
    broken("a value behind it", spoilt(lambda good: good + b"\x30\0")),
    broken("a certificate behind it", spoilt(lambda good: good + good)),
    broken("a byte before it", spoilt(lambda good: b"\0" + good)),
    broken("an indefinite length", spoilt(lambda good: b"\x30\x80" + good[4:] + b"\0\0")),
    broken("a length that is not minimal", spoilt(lambda good: b"\x30\x83\0" + good[2:])),
    broken("a length of five octets", spoilt(lambda good: b"\x30\x85\0\0\0" + good[2:])),
    broken("a SET instead of a SEQUENCE", spoilt(lambda good: b"\x31" + good[1:])),
    broken("a fourth part", spoilt(lambda good: tlv(0x30, good[4:] + b"\x05\0"))),
    broken("a signature with unused bits", outer(2, tlv(0x03, b"\1" + bytes(256)))),
    broken("no signature at all", outer(2, b"")),
    broken("another algorithm outside", outer(1, RSA_WITH_SHA384)),
)

FIELDS = (
    malformed("version 1", field(Field.VERSION, b"")),
    malformed("version 1, written out", field(Field.VERSION, bytes.fromhex("a003020100"))),
    malformed("version 2", field(Field.VERSION, bytes.fromhex("a003020101"))),
    malformed("version 4", field(Field.VERSION, bytes.fromhex("a003020103"))),
    malformed("the serial number zero", field(Field.SERIAL, b"\2\1\0")),
    malformed("a negative serial number", field(Field.SERIAL, b"\2\1\xfb")),
    malformed("an empty serial number", field(Field.SERIAL, b"\2\0")),
    malformed("a serial number of 21 octets", field(Field.SERIAL, tlv(2, b"\1" + bytes(20)))),
    malformed("a serial number with a zero before it", field(Field.SERIAL, b"\2\2\0\5")),
    malformed("another algorithm inside", field(Field.ALGORITHM, RSA_WITH_SHA384)),
    malformed("an empty issuer", field(Field.ISSUER, b"\x30\0")),
    malformed("an issuer of indefinite length", field(Field.ISSUER, b"\x30\x80\0\0")),
    malformed("a subject that is no name", field(Field.SUBJECT, tlv(0x30, b"\5\0"))),
    malformed("a year before 2050 as GeneralizedTime", not_after(tlv(0x18, b"20301231145959Z"))),
    malformed("a time that is a number", not_after(b"\2\1\1")),
    malformed("a day that does not exist", not_after(tlv(0x17, b"300230145959Z"))),
    malformed("a time without seconds", not_after(tlv(0x17, b"3012311459Z"))),
    malformed("a time with a fraction", not_after(tlv(0x18, b"20501231145959.5Z"))),
    malformed("a time of another zone", not_after(tlv(0x17, b"301231145959+0900"))),
    malformed("no end of its validity", not_after(b"")),
    malformed("three times", not_after(GOOD_TIME + GOOD_TIME)),
    malformed(
        "a public key that is none",
        lambda tbs: setattr(tbs.children[Field.KEY].children[1], "replacement", b"\3\3\0\x30\0"),
    ),
)

EXTENSIONS = (
    malformed("an extension twice", twice(SUBJECT_KEY)),
    malformed("keyUsage twice", twice(KEY_USAGE)),
    malformed("certificatePolicies twice", twice(POLICIES), SIGN),
    malformed(
        "extensions that are none",
        lambda tbs: setattr(tbs.children[-1], "replacement", b"\xa3\2\5\0"),
    ),
    malformed(
        "extensions without one",
        lambda tbs: setattr(tbs.children[-1], "replacement", b"\xa3\2\x30\0"),
    ),
    malformed("no extensions at all", no_extensions),
    malformed("a critical flag written as FALSE", flagged(b"\1\1\0")),
    malformed("a critical flag that is not DER's TRUE", flagged(b"\1\1\1")),
    malformed("bytes behind keyUsage", valued(KEY_USAGE, b"\3\2\7\x80\0")),
    malformed("an empty keyUsage", valued(KEY_USAGE, b"")),
    malformed("keyUsage as a number", valued(KEY_USAGE, b"\2\1\5")),
    malformed("an empty extendedKeyUsage", valued(PURPOSES, b"\x30\0")),
    malformed("extendedKeyUsage as text", valued(PURPOSES, b"\x0c\1x")),
    malformed("a policy that is no OID", valued(POLICIES, tlv(0x30, tlv(0x30, b"\2\1\1")))),
    malformed("a malformed subjectAltName", valued(SUBJECT_NAMES, b"\x30\5\xa0\1\0"), SIGN),
    malformed("a malformed subjectAltName nobody reads", added(SUBJECT_NAMES, b"\x30\5\xa0\1\0")),
    malformed("basicConstraints not DER", added(BASIC_CONSTRAINTS, b"\x30\3\1\1\1")),
    malformed("basicConstraints with its default", added(BASIC_CONSTRAINTS, b"\x30\3\1\1\0")),
    malformed("a malformed authorityKeyIdentifier", valued(AUTHORITY_KEY, b"\x30\2\x80\5")),
    malformed("a name of bits in it", valued(AUTHORITY_KEY, tlv(0x30, OF_BITS))),
    malformed("a malformed subjectKeyIdentifier", valued(SUBJECT_KEY, b"\4\5\0")),
    malformed("malformed distribution points", valued(DISTRIBUTION_POINTS, b"\x30\2\5\0")),
    malformed("a malformed issuerAltName", valued(ISSUER_NAMES, b"\x30\1\0"), SIGN),
)

CRITICAL = tuple(
    refused(f"critical: {name}", "unknown_critical_extension", forged(change), base)
    for name, change, base in (
        ("an unknown extension", added(UNKNOWN_OID, b"\5\0", critical=True), AUTH),
        ("an unknown extension of the other kind", added(UNKNOWN_OID, b"", critical=True), SIGN),
        ("nameConstraints", added(NAME_CONSTRAINTS, PERMITTED, critical=True), AUTH),
        ("policyConstraints", added(POLICY_CONSTRAINTS, b"\x30\3\x80\1\0", critical=True), AUTH),
        ("authorityKeyIdentifier", critical(AUTHORITY_KEY), AUTH),
        ("subjectKeyIdentifier", critical(SUBJECT_KEY), AUTH),
        ("cRLDistributionPoints", critical(DISTRIBUTION_POINTS), AUTH),
        ("issuerAltName", critical(ISSUER_NAMES), SIGN),
        ("authorityInfoAccess", critical(OCSP_PLACE), AUTH),
        ("a name nobody reads", added(SUBJECT_NAMES, tlv(0x30, b"\x82\1x"), critical=True), AUTH),
    )
)

ALGORITHMS = (
    refused("RSA of 1024 bits", "weak_key", keyed(rsa_key(1024))),
    refused("RSA of 2047 bits", "weak_key", keyed(rsa_key(2047)), SIGN),
    refused("RSA with the exponent 3", "weak_key", keyed(rsa_key(2048, 3))),
    refused("RSA with the exponent 65535", "weak_key", keyed(rsa_key(2048, 65_535))),
    *(
        refused(name, "unsupported_algorithm", change)
        for name, change in (
            ("RSA of 8192 bits", keyed(rsa_key(8192))),
            ("RSA with an exponent of 257 bits", keyed(rsa_key(2048, (1 << 256) + 1))),
            ("a key on P-521", on_curve(ec.SECP521R1())),
            ("a key on secp256k1", on_curve(ec.SECP256K1())),
            ("a key on brainpoolP256r1", on_curve(ec.BrainpoolP256R1())),
            ("an Ed25519 key", key_info(ED25519)),
            (
                "SHA-1, rightly signed",
                lambda town: certificate(under(RSA_WITH_SHA1, town.world, hashes.SHA1())),  # noqa: S303
            ),
            ("RSASSA-PSS", lambda town: certificate(under(RSA_PSS, town.world))),
            ("SHA-384 with RSA", lambda town: certificate(under(RSA_WITH_SHA384, town.world))),
        )
    ),
    refused("a point that is not on its curve", FORM, key_info(OFF_ITS_CURVE)),
)

REFUSALS = (*BYTES, *FIELDS, *EXTENSIONS, *CRITICAL, *ALGORITHMS)

ACCEPTANCES = (
    accepted("forged without a change", forged(lambda tbs: None)),
    accepted("a serial number of 20 octets", forged(field(Field.SERIAL, tlv(2, b"\x7f" * 20)))),
    accepted(
        "a year from 2050 on as GeneralizedTime", forged(not_after(tlv(0x18, b"20501231145959Z")))
    ),
    accepted("an unknown extension", forged(added(UNKNOWN_OID, b"\5\0"))),
    accepted(
        "basicConstraints that say it is no CA",
        forged(added(BASIC_CONSTRAINTS, b"\x30\0", critical=True)),
    ),
    accepted("a critical extendedKeyUsage", forged(critical(PURPOSES))),
    accepted("critical names that are read", forged(critical(SUBJECT_NAMES)), SIGN),
    accepted("RSA of 4096 bits", keyed(rsa_key(4096))),
    accepted("a key on P-384", on_curve(ec.SECP384R1())),
)
