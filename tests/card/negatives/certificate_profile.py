"""The marks of JPKI's two profiles and the basic attributes: one of them wrong."""

from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from gateway.virtual.profile import (
    ADDRESS,
    AUTHENTICATION_POLICY,
    BASIC_ATTRIBUTE_ARC,
    BIRTH_DATE,
    GENDER,
    NAME,
    NAME_SUBSTITUTION,
    SIGNATURE_POLICY,
    basic_attributes,
)
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import key_usage, tlv
from tests.card.negatives.town import AUTH, SIGN, Base, Change, Row, accepted, issued, refused
from tests.card.world import PERSON

ANY_POLICY, FOREIGN_POLICY = "2.5.29.32.0", "1.2.3.4"
PHONE_POLICY = "1.2.392.200149.8.5.1.1.40"
KANA_NAME = f"{BASIC_ATTRIBUTE_ARC}.7"
WRONG_TYPE, WRONG_POLICY = "wrong_certificate_type", "wrong_policy"
WRONG_USE, WRONG_PURPOSE = "wrong_key_usage", "wrong_extended_key_usage"
Names = list[x509.GeneralName]


def carrying(value: x509.ExtensionType) -> Change:
    return issued(
        lambda made: made.with_extension(value, critical=value.oid != x509.ExtendedKeyUsage.oid)
    )


def without(oid: x509.ObjectIdentifier) -> Change:
    return issued(lambda made: made.without_extension(oid))


def policies(*oids: str) -> Change:
    carried = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    return carrying(x509.CertificatePolicies(carried))


def purposes(*oids: x509.ObjectIdentifier) -> Change:
    return carrying(x509.ExtendedKeyUsage(oids))


def uses(*bits: str) -> Change:
    return carrying(key_usage(*bits))


def attribute(oid: str, value: bytes) -> x509.OtherName:
    return x509.OtherName(x509.ObjectIdentifier(oid), value)


def text(written: str) -> bytes:
    return tlv(0x0C, written.encode())


def names(change: Callable[[Names], Sequence[x509.GeneralName]]) -> Change:
    """A signature certificate with other names than the good ones."""
    good: Names = [attribute(oid, text(written)) for oid, written in basic_attributes(PERSON)]

    def customise(made: CertificateTemplate) -> CertificateTemplate:
        return made.with_extension(x509.SubjectAlternativeName(change(good)))

    return issued(customise)


def twice(oid: str) -> Change:
    return names(lambda good: [*good, *(each for each in good if _oid(each) == oid)])


def valued(oid: str, value: bytes) -> Change:
    return names(
        lambda good: [attribute(oid, value) if _oid(each) == oid else each for each in good]
    )


def _oid(name: x509.GeneralName) -> str:
    assert isinstance(name, x509.OtherName)
    return name.type_id.dotted_string


def of_both(name: str, reason: str, change: Change) -> tuple[Row, Row]:
    return (
        refused(f"authentication: {name}", reason, change, AUTH),
        refused(f"signature: {name}", reason, change, SIGN),
    )


def only(name: str, reason: str, change: Change, base: Base) -> Row:
    return refused(
        f"{'authentication' if base is AUTH else 'signature'}: {name}", reason, change, base
    )


POLICIES = (
    *of_both("no policy", WRONG_POLICY, without(x509.CertificatePolicies.oid)),
    *of_both("anyPolicy for JPKI's", WRONG_POLICY, policies(ANY_POLICY)),
    *of_both("a foreign policy", WRONG_POLICY, policies(FOREIGN_POLICY)),
    *of_both(
        "a phone's policy, which nobody has allowed",
        WRONG_POLICY,
        policies(PHONE_POLICY.replace(".1.1.40", ".1.2.40")),
    ),
    *of_both(
        "both certificates' policies", WRONG_TYPE, policies(SIGNATURE_POLICY, AUTHENTICATION_POLICY)
    ),
    only("the other certificate's policy", WRONG_TYPE, policies(SIGNATURE_POLICY), AUTH),
    only("the other certificate's policy", WRONG_TYPE, policies(AUTHENTICATION_POLICY), SIGN),
    only("a phone's policy", WRONG_POLICY, policies(PHONE_POLICY), SIGN),
    only("a policy below the right one", WRONG_POLICY, policies(SIGNATURE_POLICY + ".1"), SIGN),
    only(
        "a policy that begins like the right one",
        WRONG_POLICY,
        policies(AUTHENTICATION_POLICY + "0"),
        AUTH,
    ),
    only("the arc of the right policy", WRONG_POLICY, policies(SIGNATURE_POLICY[:-3]), SIGN),
)

KEY_USAGES = (
    *of_both("no keyUsage", WRONG_USE, without(x509.KeyUsage.oid)),
    only("nonRepudiation too", WRONG_USE, uses("digital_signature", "content_commitment"), AUTH),
    only("nonRepudiation alone", WRONG_USE, uses("content_commitment"), AUTH),
    only("keyCertSign too", WRONG_USE, uses("digital_signature", "key_cert_sign"), AUTH),
    only("cRLSign too", WRONG_USE, uses("digital_signature", "crl_sign"), AUTH),
    only("keyEncipherment too", WRONG_USE, uses("digital_signature", "key_encipherment"), AUTH),
    only("keyAgreement alone", WRONG_USE, uses("key_agreement"), AUTH),
    only("digitalSignature alone", WRONG_USE, uses("digital_signature"), SIGN),
    only("nonRepudiation alone", WRONG_USE, uses("content_commitment"), SIGN),
    only(
        "keyCertSign too",
        WRONG_USE,
        uses("digital_signature", "content_commitment", "key_cert_sign"),
        SIGN,
    ),
    only(
        "dataEncipherment too",
        WRONG_USE,
        uses("digital_signature", "content_commitment", "data_encipherment"),
        SIGN,
    ),
)

PURPOSES = (
    only("no extendedKeyUsage", WRONG_PURPOSE, without(x509.ExtendedKeyUsage.oid), AUTH),
    only("serverAuth", WRONG_PURPOSE, purposes(Purpose.SERVER_AUTH), AUTH),
    only(
        "anyExtendedKeyUsage for clientAuth",
        WRONG_PURPOSE,
        purposes(Purpose.ANY_EXTENDED_KEY_USAGE),
        AUTH,
    ),
    only("OCSPSigning", WRONG_PURPOSE, purposes(Purpose.OCSP_SIGNING), AUTH),
    only("clientAuth", WRONG_PURPOSE, purposes(Purpose.CLIENT_AUTH), SIGN),
    only("anyExtendedKeyUsage", WRONG_PURPOSE, purposes(Purpose.ANY_EXTENDED_KEY_USAGE), SIGN),
    only("emailProtection", WRONG_PURPOSE, purposes(Purpose.EMAIL_PROTECTION), SIGN),
)

KINDS = (
    refused(
        "an authentication certificate as a signature one",
        WRONG_TYPE,
        lambda town: {"profile": "jpki-sign"},
    ),
    refused(
        "a signature certificate as an authentication one",
        WRONG_TYPE,
        lambda town: {"profile": "jpki-auth"},
        SIGN,
    ),
)

ATTRIBUTES = (
    *(
        refused(f"{name} twice", "duplicate_attribute", twice(oid), SIGN)
        for name, oid in (
            ("the name", NAME),
            ("the substitution of the name", NAME_SUBSTITUTION),
            ("the gender", GENDER),
            ("the birth date", BIRTH_DATE),
            ("the address", ADDRESS),
            ("the substitution of the address", f"{BASIC_ATTRIBUTE_ARC}.6"),
        )
    ),
    refused(
        "two names that differ",
        "duplicate_attribute",
        names(lambda good: [*good, attribute(NAME, text("他人"))]),
        SIGN,
    ),
    *(
        refused(f"the name as {name}", "malformed_attributes", valued(NAME, value), SIGN)
        for name, value in (
            ("PrintableString", tlv(0x13, b"Hanasaki")),
            ("IA5String", tlv(0x16, b"Hanasaki")),
            ("BMPString", tlv(0x1E, "花咲".encode("utf-16-be"))),
            ("an OCTET STRING", tlv(0x04, "花咲".encode())),
            ("a text in a SEQUENCE", tlv(0x30, text("花咲"))),
            ("a constructed text", tlv(0x2C, text("花咲"))),
            ("NULL", b"\5\0"),
            ("a text that is not UTF-8", tlv(0x0C, b"\xff\xfe")),
            ("half a surrogate", tlv(0x0C, b"\xed\xa0\x80")),
            ("an overlong text", tlv(0x0C, b"\xc0\x80")),
        )
    ),
    refused(
        "a birth date that is a number", "malformed_attributes", valued(BIRTH_DATE, b"\2\1\3"), SIGN
    ),
)

REFUSALS = (*POLICIES, *KEY_USAGES, *PURPOSES, *KINDS, *ATTRIBUTES)

ACCEPTANCES = (
    accepted("JPKI's policy beside anyPolicy", policies(AUTHENTICATION_POLICY, ANY_POLICY)),
    accepted(
        "JPKI's policy beside a foreign one", policies(FOREIGN_POLICY, SIGNATURE_POLICY), SIGN
    ),
    accepted("clientAuth beside serverAuth", purposes(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH)),
    accepted(
        "clientAuth beside any", purposes(Purpose.CLIENT_AUTH, Purpose.ANY_EXTENDED_KEY_USAGE)
    ),
    accepted("no names at all", without(x509.SubjectAlternativeName.oid), SIGN),
    accepted("a name alone", names(lambda good: good[:1]), SIGN),
    accepted("names in another order", names(lambda good: good[::-1]), SIGN),
    accepted(
        "a kana name nobody knows yet",
        names(lambda good: [attribute(KANA_NAME, text("ハナサキ")), *good]),
        SIGN,
    ),
    accepted(
        "two names nobody knows",
        names(lambda good: [*good, *[attribute(KANA_NAME, b"\5\0")] * 2]),
        SIGN,
    ),
    accepted("other kinds of names", names(lambda good: [x509.DNSName("a.test"), *good]), SIGN),
    accepted("a birth date not known", valued(BIRTH_DATE, text("400000000")), SIGN),
    accepted("a birth date without its day", valued(BIRTH_DATE, text("319801200")), SIGN),
    accepted("a birth date of another era", valued(BIRTH_DATE, text("519801231")), SIGN),
    accepted("a gender not known", valued(GENDER, text("3")), SIGN),
    accepted("substitutions of another length", valued(NAME_SUBSTITUTION, text("0" * 22)), SIGN),
)
