"""One municipality's CRL (RFC 5280 §5): complete for its distribution point, with a reason each."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography import x509

from gateway.virtual.keys import hash_for
from gateway.virtual.ledger import Issuer, Revocation
from gateway.virtual.names import distribution_point_name
from gateway.virtual.person import Municipality
from gateway.virtual.template import CrlTemplate, Extension, RevokedEntry

CustomiseCrl = Callable[[CrlTemplate], CrlTemplate]
"""Changes a CRL before it is signed: how a test makes a wrong one."""


def revocation_list(
    issuer: Issuer,
    municipality: Municipality,
    revoked: Sequence[tuple[int, Revocation]],
    this_update: datetime,
    next_update: datetime,
) -> CrlTemplate:
    return CrlTemplate(
        issuer=issuer.certificate.subject,
        this_update=this_update.replace(microsecond=0),
        next_update=next_update.replace(microsecond=0),
        revoked=tuple(_revoked(serial, revocation) for serial, revocation in revoked),
        extensions=_extensions(issuer, municipality, this_update),
        issuer_key=issuer.private_key,
        hash_algorithm=hash_for(issuer.private_key),
    )


def _extensions(
    issuer: Issuer, municipality: Municipality, this_update: datetime
) -> tuple[Extension, ...]:
    key_identifier = issuer.certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    )
    scope = distribution_point_name(issuer.anchor_set, municipality)
    return (
        (x509.AuthorityKeyIdentifier(key_identifier.value.digest, None, None), False),
        # The time in microseconds only grows, without a counter to lose (RFC 5280 §5.2.3).
        (x509.CRLNumber(int(this_update.timestamp() * 1_000_000)), False),
        (issuing_distribution_point(scope), True),
    )


def issuing_distribution_point(name: x509.Name) -> x509.IssuingDistributionPoint:
    """RFC 5280 §5.2.5: which certificates the list speaks of."""
    return x509.IssuingDistributionPoint(
        full_name=[x509.DirectoryName(name)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def _revoked(serial_number: int, revocation: Revocation) -> RevokedEntry:
    # RFC 5280 §5.3.1: "unspecified" is said by leaving the reason out.
    unspecified = revocation.reason is x509.ReasonFlags.unspecified
    extensions: tuple[Extension, ...] = (
        () if unspecified else ((x509.CRLReason(revocation.reason), False),)
    )
    return RevokedEntry(serial_number, revocation.at.replace(microsecond=0), extensions)
