"""A certificate of the general profile, its extensions decoded (RFC 5280 §4.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from gateway.card.api import CertificateError, Reason
from gateway.card.der import DerError
from gateway.card.general import oids
from gateway.card.general.crl_der import Extension
from gateway.card.general.extensions import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    KeyUsage,
    read_authority_key_identifier,
    read_basic_constraints,
    read_key_usage,
    read_subject_key_identifier,
)
from gateway.card.general.general_names import GeneralName, read_alternative_names
from gateway.card.general.name_constraints import NameConstraints, read_name_constraints
from gateway.card.general.names import Name, parse_name
from gateway.card.general.outline import read_outline
from gateway.card.general.policy_extensions import PolicyExtensions, read_policy_extensions

MAX_CERTIFICATE = 65_536

# Either processed, or (extKeyUsage, issuerAltName, the CRLs' points) asked for by whoever needs it.
KNOWN_EXTENSIONS = frozenset(
    {
        oids.KEY_USAGE,
        oids.SUBJECT_ALTERNATIVE_NAME,
        oids.ISSUER_ALTERNATIVE_NAME,
        oids.BASIC_CONSTRAINTS,
        oids.NAME_CONSTRAINTS,
        oids.CRL_DISTRIBUTION_POINTS,
        oids.CERTIFICATE_POLICIES,
        oids.POLICY_MAPPINGS,
        oids.POLICY_CONSTRAINTS,
        oids.EXTENDED_KEY_USAGE,
        oids.INHIBIT_ANY_POLICY,
    }
)
T = TypeVar("T")


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
    extensions: Mapping[bytes, Extension]
    """By OID, as its DER content."""
    basic_constraints: BasicConstraints | None
    key_usage: KeyUsage | None
    alternative_names: tuple[GeneralName, ...]
    name_constraints: NameConstraints | None
    policy: PolicyExtensions
    authority_key_identifier: AuthorityKeyIdentifier | None
    subject_key_identifier: bytes | None

    @property
    def is_self_issued(self) -> bool:
        return self.issuer == self.subject

    @property
    def is_ca(self) -> bool:
        return self.basic_constraints is not None and self.basic_constraints.ca

    def is_valid(self, at: datetime) -> bool:
        """RFC 5280 §4.1.2.5: both bounds belong to it, the whole of their second."""
        return self.not_before <= at.replace(microsecond=0) <= self.not_after


def parse_certificate(der: bytes) -> Certificate:
    """Form alone; raises CertificateError."""
    if len(der) > MAX_CERTIFICATE:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, "longer than any certificate")
    try:
        return _parse(der)
    except DerError as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, str(error)) from error


def _parse(der: bytes) -> Certificate:
    outline = read_outline(der)
    extensions = outline.extensions
    names = _decode(extensions, oids.SUBJECT_ALTERNATIVE_NAME, read_alternative_names)
    certificate = Certificate(
        der=der,
        tbs=outline.tbs,
        signature=outline.signature,
        signature_algorithm=outline.signature_algorithm,
        version=outline.version,
        serial_number=outline.serial_number,
        issuer=parse_name(outline.issuer),
        subject=parse_name(outline.subject),
        not_before=outline.not_before,
        not_after=outline.not_after,
        subject_public_key_info=outline.subject_public_key_info,
        extensions=extensions,
        basic_constraints=_decode(extensions, oids.BASIC_CONSTRAINTS, read_basic_constraints),
        key_usage=_decode(extensions, oids.KEY_USAGE, read_key_usage),
        alternative_names=names or (),
        name_constraints=_decode(extensions, oids.NAME_CONSTRAINTS, read_name_constraints),
        policy=read_policy_extensions(extensions),
        authority_key_identifier=_decode(
            extensions, oids.AUTHORITY_KEY_IDENTIFIER, read_authority_key_identifier
        ),
        subject_key_identifier=_decode(
            extensions, oids.SUBJECT_KEY_IDENTIFIER, read_subject_key_identifier
        ),
    )
    _check_names(certificate)
    return certificate


def _decode(
    extensions: Mapping[bytes, Extension], oid: bytes, read: Callable[[bytes], T]
) -> T | None:
    found = extensions.get(oid)
    return None if found is None else read(found.value)


def _check_names(certificate: Certificate) -> None:
    """RFC 5280 §4.1.2.4, §4.1.2.6: who issued it, and in one place or other whose it is."""
    if certificate.issuer.is_empty:
        raise DerError("the issuer is empty")
    if certificate.subject.is_empty and not certificate.alternative_names:
        raise DerError("the subject is empty and no other name is there")


def check_critical_extensions(certificate: Certificate) -> None:
    """RFC 5280 §4.2: refuse a critical extension that nobody here checks."""
    for oid, extension in certificate.extensions.items():
        if extension.critical and oid not in KNOWN_EXTENSIONS:
            raise CertificateError(Reason.UNKNOWN_CRITICAL_EXTENSION, oid.hex())
