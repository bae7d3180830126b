"""Certificates and CRLs before they are signed (RFC 5280), frozen: a test changes one thing."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.keys import PrivateKey, PublicKey

Hash = hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512
Extension = tuple[x509.ExtensionType, bool]
"""A value and whether it is critical."""


@dataclass(frozen=True, slots=True)
class CertificateTemplate:
    issuer: x509.Name
    subject: x509.Name
    public_key: PublicKey
    serial_number: int
    not_before: datetime
    not_after: datetime
    extensions: tuple[Extension, ...]
    issuer_key: PrivateKey = field(repr=False)
    hash_algorithm: Hash

    def with_extension(
        self, value: x509.ExtensionType, *, critical: bool = False
    ) -> "CertificateTemplate":
        """The extension in the place of the one with the same OID, or at the end."""
        return replace(self, extensions=_put(self.extensions, (value, critical)))

    def without_extension(self, oid: x509.ObjectIdentifier) -> "CertificateTemplate":
        return replace(self, extensions=_drop(self.extensions, oid))

    def sign(self) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .issuer_name(self.issuer)
            .subject_name(self.subject)
            .public_key(self.public_key)
            .serial_number(self.serial_number)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
        )
        for value, critical in self.extensions:
            builder = builder.add_extension(value, critical=critical)
        return builder.sign(self.issuer_key, self.hash_algorithm)


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    serial_number: int
    revoked_at: datetime
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class CrlTemplate:
    issuer: x509.Name
    this_update: datetime
    next_update: datetime
    revoked: tuple[RevokedEntry, ...]
    extensions: tuple[Extension, ...]
    issuer_key: PrivateKey = field(repr=False)
    hash_algorithm: Hash

    def with_extension(self, value: x509.ExtensionType, *, critical: bool = False) -> "CrlTemplate":
        """The extension in the place of the one with the same OID, or at the end."""
        return replace(self, extensions=_put(self.extensions, (value, critical)))

    def without_extension(self, oid: x509.ObjectIdentifier) -> "CrlTemplate":
        return replace(self, extensions=_drop(self.extensions, oid))

    def sign(self) -> bytes:
        """The CRL as DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuer)
            .last_update(self.this_update)
            .next_update(self.next_update)
        )
        for value, critical in self.extensions:
            builder = builder.add_extension(value, critical=critical)
        for entry in self.revoked:
            builder = builder.add_revoked_certificate(_revoked_certificate(entry))
        return builder.sign(self.issuer_key, self.hash_algorithm).public_bytes(Encoding.DER)


def _revoked_certificate(entry: RevokedEntry) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(entry.serial_number)
        .revocation_date(entry.revoked_at)
    )
    for value, critical in entry.extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.build()


def _put(extensions: tuple[Extension, ...], new: Extension) -> tuple[Extension, ...]:
    if all(value.oid != new[0].oid for value, _ in extensions):
        return (*extensions, new)
    return tuple(new if old[0].oid == new[0].oid else old for old in extensions)


def _drop(extensions: tuple[Extension, ...], oid: x509.ObjectIdentifier) -> tuple[Extension, ...]:
    return tuple(extension for extension in extensions if extension[0].oid != oid)
