"""A pinned CA certificate, checked and taken apart once, so that a path costs one signature."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509

from gateway.card.algorithms import PublicKey, fits, is_signed_by
from gateway.card.api import Anchor, CertificateError, Reason
from gateway.card.certificate import (
    ParsedCertificate,
    check_critical_extensions,
    parse_certificate,
)
from gateway.card.der import write_tlv


@dataclass(frozen=True, slots=True)
class Issuer:
    anchor: Anchor
    name: bytes
    """The subject's DER: names are compared byte for byte."""
    public_key: PublicKey
    key_identifier: bytes
    issuer_and_serial: tuple[list[x509.GeneralName], int]
    """As an authorityKeyIdentifier writes it."""
    authority_key_identifiers: frozenset[bytes]
    """The extension's DER in most certificates it has issued."""
    not_before: datetime
    not_after: datetime
    distinguished_name: str


def make_issuer(der: bytes, anchor_set: str) -> Issuer:
    """An anchor that may issue; CertificateError for a certificate that may not."""
    parsed = parse_certificate(der)
    _check_is_ca(parsed)
    certificate = parsed.certificate
    if parsed.outline.issuer != parsed.outline.subject:
        raise CertificateError(Reason.UNTRUSTED_ISSUER, "an anchor is issued by itself")
    if not fits(parsed.public_key, parsed.issuer_signature) or not is_signed_by(
        parsed.public_key, parsed.issuer_signature, parsed.outline.signature, parsed.outline.tbs
    ):
        raise CertificateError(Reason.BAD_ISSUER_SIGNATURE, "an anchor is signed by itself")
    key_identifier = _key_identifier(parsed)
    names: list[x509.GeneralName] = [x509.DirectoryName(certificate.issuer)]
    issuer_and_serial = names, certificate.serial_number
    return Issuer(
        anchor=Anchor(
            certificate=certificate,
            anchor_set=anchor_set,
            fingerprint=sha256(der).hexdigest().upper(),
        ),
        name=parsed.outline.subject,
        public_key=parsed.public_key,
        key_identifier=key_identifier,
        issuer_and_serial=issuer_and_serial,
        authority_key_identifiers=frozenset(
            _extension(x509.AuthorityKeyIdentifier(key_identifier, *named))
            for named in ((None, None), issuer_and_serial)
        ),
        not_before=parsed.not_before,
        not_after=parsed.not_after,
        distinguished_name=certificate.subject.rfc4514_string(),
    )


def _check_is_ca(parsed: ParsedCertificate) -> None:
    """RFC 5280 §6.1.4 (k) and (n); no other critical extension is understood."""
    check_critical_extensions(parsed, frozenset({x509.KeyUsage.oid.dotted_string}))
    constraints = parsed.value(x509.BasicConstraints)
    is_critical = constraints is not None and parsed.extensions[x509.BasicConstraints.oid].critical
    if constraints is None or not constraints.ca or not is_critical:
        raise CertificateError(Reason.UNTRUSTED_ISSUER, "no critical basicConstraints with CA")
    usage = parsed.value(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise CertificateError(Reason.WRONG_KEY_USAGE, "its keyUsage is without keyCertSign")


def _key_identifier(parsed: ParsedCertificate) -> bytes:
    found = parsed.value(x509.SubjectKeyIdentifier)
    return (found or x509.SubjectKeyIdentifier.from_public_key(parsed.public_key)).digest


def _extension(value: x509.AuthorityKeyIdentifier) -> bytes:
    oid = bytes.fromhex("0603551d23")
    return write_tlv(0x30, oid + write_tlv(0x04, value.public_bytes()))
