"""The form of a certificate (RFC 5280 §4.1), before anybody's signature is looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from cryptography import x509

from gateway.card.algorithms import ISSUER_SIGNATURES, IssuerSignature, PublicKey, load_public_key
from gateway.card.api import CertificateError, CertificateExtensions, Reason
from gateway.card.der import DerError, expect_tlv, read_tlv
from gateway.card.extensions import read_extensions

VERSION_3 = bytes.fromhex("a003020102")
NO_UNUSED_BITS = b"\x00"
SEQUENCE, INTEGER, BIT_STRING, UTC_TIME, GENERALIZED_TIME = 0x30, 0x02, 0x03, 0x17, 0x18

# What cryptography raises for bytes that are not what they say; TypeError for names of bits.
NOT_DECODED = (ValueError, TypeError, x509.UnsupportedGeneralNameType)

E = TypeVar("E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a certificate that are signed or compared as the bytes they are."""

    tbs: bytes
    signature: bytes
    signature_algorithm: bytes
    issuer: bytes
    subject: bytes
    extensions: tuple[int, int]
    """Where they lie in the certificate, if there are any."""


@dataclass(frozen=True, slots=True)
class ParsedCertificate:
    """Of good form and allowed algorithms. Who issued it is not known yet."""

    certificate: x509.Certificate
    outline: Outline
    issuer_signature: IssuerSignature
    public_key: PublicKey
    extensions: CertificateExtensions
    not_before: datetime
    not_after: datetime

    def value(self, kind: type[E]) -> E | None:
        """The extension of this kind, if there is one."""
        extension = self.extensions.get(kind.oid)
        return None if extension is None else cast("E", extension.value)


def read_outline(der: bytes) -> Outline:
    """The outline of a certificate; refuses what is not one, with nothing before, behind or
    between its parts."""
    try:
        return _read_outline(der)
    except DerError as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, str(error)) from error


def _read_outline(der: bytes) -> Outline:
    start, end = expect_tlv(der, 0, len(der), SEQUENCE)
    if end != len(der):
        raise DerError("bytes stand behind the certificate")
    tbs, tbs_end = expect_tlv(der, start, end, SEQUENCE)
    _, algorithm_end = expect_tlv(der, tbs_end, end, SEQUENCE)
    signature, signature_end = expect_tlv(der, algorithm_end, end, BIT_STRING)
    if signature_end != end:
        raise DerError("a value too many")
    if der[signature : signature + 1] != NO_UNUSED_BITS:
        raise DerError("the signature is not made of whole octets")

    if der[tbs : tbs + len(VERSION_3)] != VERSION_3:
        raise DerError("not an X.509 certificate of version 3")
    serial, serial_end = expect_tlv(der, tbs + len(VERSION_3), tbs_end, INTEGER)
    # RFC 5280 §4.1.2.2: positive, at most 20 octets.
    value = int.from_bytes(der[serial:serial_end], signed=True)
    if value <= 0 or serial_end - serial > 20:
        raise DerError("the serial number is not positive or longer than 20 octets")
    _, inner_end = expect_tlv(der, serial_end, tbs_end, SEQUENCE)
    # RFC 5280 §4.1.1.2: both name the same algorithm.
    if der[serial_end:inner_end] != der[tbs_end:algorithm_end]:
        raise DerError("the signature algorithm stands in it in two versions")
    name, issuer_end = expect_tlv(der, inner_end, tbs_end, SEQUENCE)
    if name == issuer_end:
        raise DerError("the issuer is empty")  # RFC 5280 §4.1.2.4
    validity, validity_end = expect_tlv(der, issuer_end, tbs_end, SEQUENCE)
    _check_times(der, validity, validity_end)
    _, subject_end = expect_tlv(der, validity_end, tbs_end, SEQUENCE)
    _, key_end = expect_tlv(der, subject_end, tbs_end, SEQUENCE)
    return Outline(
        tbs=der[start:tbs_end],
        signature=der[signature + 1 : end],
        signature_algorithm=der[tbs_end:algorithm_end],
        issuer=der[inner_end:issuer_end],
        subject=der[validity_end:subject_end],
        extensions=(key_end, tbs_end),
    )


def _check_times(der: bytes, start: int, end: int) -> None:
    """RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on."""
    while start < end:
        tag, content, start = read_tlv(der, start, end)
        if tag not in (UTC_TIME, GENERALIZED_TIME):
            raise DerError("the validity is not made of times")
        if tag == GENERALIZED_TIME and der[content : content + 4] < b"2050":
            raise DerError("a year before 2050 is written as GeneralizedTime")


def parse_certificate(der: bytes) -> ParsedCertificate:
    """Form and algorithms; raises CertificateError. Reads the bytes once."""
    outline = read_outline(der)
    issuer_signature = ISSUER_SIGNATURES.get(outline.signature_algorithm)
    if issuer_signature is None:
        raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "signed by an algorithm not allowed")
    try:
        certificate = x509.load_der_x509_certificate(der)
        extensions = read_extensions(der, *outline.extensions)
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except NOT_DECODED as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, type(error).__name__) from error
    return ParsedCertificate(
        certificate=certificate,
        outline=outline,
        issuer_signature=issuer_signature,
        public_key=load_public_key(certificate),
        extensions=extensions,
        not_before=not_before,
        not_after=not_after,
    )


def parse_leaf(der: bytes) -> ParsedCertificate:
    """A certificate that may be a person's: one that can issue others is not."""
    parsed = parse_certificate(der)
    constraints = parsed.value(x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise CertificateError(Reason.LEAF_IS_A_CA, "basicConstraints says CA")
    return parsed


def check_critical_extensions(parsed: ParsedCertificate, known: frozenset[str]) -> None:
    """RFC 5280 §4.2: refuse a critical extension that nobody here checks."""
    for oid, extension in parsed.extensions.items():
        if not extension.critical or oid == x509.BasicConstraints.oid:
            continue
        if oid.dotted_string not in known:
            raise CertificateError(Reason.UNKNOWN_CRITICAL_EXTENSION, oid.dotted_string)
