"""The form of a certificate for the general profile (RFC 5280 §4.1, §4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.card.general.names import Name


@dataclass(frozen=True, slots=True)
class Extension:
    critical: bool
    value: bytes
    """The DER inside the extension's OCTET STRING."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """Of good form. Nothing is known yet of who issued it."""

    der: bytes
    tbs: bytes
    signature: bytes
    signature_algorithm: bytes
    """The whole AlgorithmIdentifier."""
    version: int
    serial_number: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    subject_public_key_info: bytes
    extensions: Mapping[str, Extension]
    """By dotted OID."""


def parse_certificate(der: bytes) -> Certificate:
    """Form alone; raises CertificateError."""
    raise NotImplementedError
