"""One CRL's form and scope, without its entries (RFC 5280 §5.1 and §5.2)."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from plugins.crl.errors import NotDerError, UnusableError
from plugins.crl.outline import Outline

# What is understood here, so that a critical one does not make the list unusable.
KNOWN_CRITICAL_EXTENSIONS = frozenset({x509.IssuingDistributionPoint.oid})

# RFC 5280 §5.2.3: not negative, and not longer than 20 octets.
CRL_NUMBERS = range(1 << 159)

# What cryptography raises for bytes that are not what they say; TypeError for names of bits.
_NOT_PARSED = (
    ValueError,
    TypeError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


AgeOrder = tuple[int, datetime]


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What a list says of itself: well-formed, and of a scope that can be used."""

    without_entries: bytes
    """The CRL with nobody revoked, from which the rest is read again."""
    issuer: bytes
    """Its name's DER: names are compared byte for byte."""
    distribution_point: bytes
    """The DER of the one directoryName in its issuingDistributionPoint."""
    this_update: datetime
    next_update: datetime
    number: int
    """Its cRLNumber."""
    authority_key_identifier: x509.AuthorityKeyIdentifier | None

    @property
    def age_order(self) -> AgeOrder:
        """Grows from one list of an issuer to its next (RFC 5280 §5.2.3)."""
        return self.number, self.this_update


def read_facts(outline: Outline) -> ListFacts:
    """Raises UnusableError. Whatever it does not understand makes the whole list unusable."""
    try:
        return _parse(outline)
    except _NOT_PARSED as error:
        raise NotDerError(type(error).__name__) from error


def _parse(outline: Outline) -> ListFacts:
    crl = x509.load_der_x509_crl(outline.without_entries)
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
    key_identifier = by_oid.get(x509.AuthorityKeyIdentifier.oid)
    scope = _scope(by_oid.get(x509.IssuingDistributionPoint.oid))
    number = by_oid.get(x509.CRLNumber.oid)
    # RFC 5280 §5.2.3: one that has none can take the place of any other, older or newer.
    if not isinstance(number, x509.CRLNumber) or number.crl_number not in CRL_NUMBERS:
        raise UnusableError("it has no cRLNumber of at most 20 octets")
    return ListFacts(
        without_entries=outline.without_entries,
        issuer=outline.issuer,
        distribution_point=scope,
        this_update=crl.last_update_utc,
        next_update=next_update,
        number=number.crl_number,
        authority_key_identifier=(
            key_identifier if isinstance(key_identifier, x509.AuthorityKeyIdentifier) else None
        ),
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
