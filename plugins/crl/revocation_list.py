"""One CRL: its form, its scope and its entries, read once (RFC 5280 §5.1 to §5.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from plugins.crl.times import has_wrong_times

# What is understood here, so that a critical one does not make the list unusable.
KNOWN_CRITICAL_EXTENSIONS = frozenset({x509.IssuingDistributionPoint.oid})
KNOWN_ENTRY_EXTENSIONS = frozenset({x509.CRLReason.oid, x509.InvalidityDate.oid})

_NOT_PARSED = (
    ValueError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class UnusableError(Exception):
    """The list proves nothing. One line for the operator."""


@dataclass(frozen=True, slots=True)
class Revocation:
    revoked_at: datetime
    reason: str
    """RFC 5280 §5.3.1."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RevocationList:
    """Well-formed and of a scope that can be used. Who signed it is not known yet."""

    crl: x509.CertificateRevocationList
    distribution_point: bytes
    """The DER of the one directoryName in its issuingDistributionPoint."""
    this_update: datetime
    next_update: datetime
    number: int
    """Its cRLNumber; -1 where it has none."""
    authority_key_identifier: x509.AuthorityKeyIdentifier | None
    entries: Mapping[int, Revocation]
    """By serial number."""


def parse_revocation_list(der: bytes) -> RevocationList:
    """Raises UnusableError. Whatever it does not understand makes the whole list unusable."""
    try:
        return _parse(der)
    except UnusableError:
        raise
    except _NOT_PARSED as error:
        raise UnusableError(f"not a CRL in DER ({type(error).__name__})") from error


def _parse(der: bytes) -> RevocationList:
    crl = x509.load_der_x509_crl(der)
    extensions = crl.extensions
    for extension in extensions:
        if extension.critical and extension.oid not in KNOWN_CRITICAL_EXTENSIONS:
            raise UnusableError(f"unknown critical extension {extension.oid.dotted_string}")
    by_oid = {extension.oid: extension.value for extension in extensions}
    if x509.DeltaCRLIndicator.oid in by_oid:
        raise UnusableError("a delta CRL")
    next_update = crl.next_update_utc
    if next_update is None:
        raise UnusableError("it has no nextUpdate")
    if has_wrong_times(crl):
        raise UnusableError("a year before 2050 is written as GeneralizedTime")
    key_identifier = by_oid.get(x509.AuthorityKeyIdentifier.oid)
    number = by_oid.get(x509.CRLNumber.oid)
    return RevocationList(
        crl=crl,
        distribution_point=_scope(by_oid.get(x509.IssuingDistributionPoint.oid)),
        this_update=crl.last_update_utc,
        next_update=next_update,
        number=number.crl_number if isinstance(number, x509.CRLNumber) else -1,
        authority_key_identifier=(
            key_identifier if isinstance(key_identifier, x509.AuthorityKeyIdentifier) else None
        ),
        entries=_entries(crl),
    )


def _scope(value: x509.ExtensionType | None) -> bytes:
    """RFC 5280 §5.2.5: complete for the persons' certificates of one distribution point."""
    if not isinstance(value, x509.IssuingDistributionPoint):
        raise UnusableError("it has no issuingDistributionPoint")
    if value.indirect_crl:
        raise UnusableError("an indirect CRL")
    if value.only_some_reasons is not None:
        raise UnusableError("it covers some reasons only")
    if value.only_contains_ca_certs or value.only_contains_attribute_certs:
        raise UnusableError("it does not cover the certificates of persons")
    names = value.full_name or []
    if len(names) != 1 or not isinstance(names[0], x509.DirectoryName):
        raise UnusableError("its distribution point is not one directoryName")
    return names[0].value.public_bytes()


def _entries(crl: x509.CertificateRevocationList) -> Mapping[int, Revocation]:
    entries: dict[int, Revocation] = {}
    for entry in crl:
        reason = "unspecified"
        for extension in entry.extensions:
            if extension.oid == x509.CertificateIssuer.oid or (
                extension.critical and extension.oid not in KNOWN_ENTRY_EXTENSIONS
            ):
                raise UnusableError(f"unknown entry extension {extension.oid.dotted_string}")
            if isinstance(extension.value, x509.CRLReason):
                reason = extension.value.reason.value
        if reason == x509.ReasonFlags.remove_from_crl.value:
            raise UnusableError("removeFromCRL outside a delta CRL")  # RFC 5280 §5.3.1
        entries[entry.serial_number] = Revocation(entry.revocation_date_utc, reason)
    return entries
