"""From a leaf to the pinned anchor that issued it (RFC 5280 §6.1, for a path of length one)."""

from datetime import datetime

from cryptography import x509

from gateway.card.algorithms import fits, is_signed_by
from gateway.card.anchors import Anchors
from gateway.card.api import CertificateError, CertificatePath, Reason
from gateway.card.certificate import ParsedCertificate
from gateway.card.issuer import Issuer


def resolve_path(
    leaf: ParsedCertificate, anchors: Anchors, now: datetime
) -> tuple[CertificatePath, Issuer]:
    """The generations of a CA share one name: the key identifier narrows, the signature decides."""
    named = anchors.named(leaf.outline.issuer)
    candidates = [issuer for issuer in named if _is_identified(leaf, issuer)]
    if not candidates:
        raise CertificateError(Reason.UNTRUSTED_ISSUER, "no pinned anchor has this name and key")
    signers = [issuer for issuer in candidates if _has_signed(issuer, leaf)]
    if not signers:
        raise CertificateError(Reason.BAD_ISSUER_SIGNATURE, "no such anchor has signed it")
    for issuer in signers:
        if _is_valid(issuer.anchor.certificate, now):
            return CertificatePath(leaf=leaf.certificate, anchor=issuer.anchor), issuer
    raise CertificateError(Reason.ANCHOR_EXPIRED, signers[0].anchor.fingerprint)


def check_validity(path: CertificatePath, now: datetime) -> None:
    """RFC 5280 §4.1.2.5: the first and the last second belong to the period."""
    if now < path.leaf.not_valid_before_utc:
        raise CertificateError(Reason.NOT_YET_VALID, "its first day is in the future")
    if not _is_valid(path.leaf, now):
        raise CertificateError(Reason.EXPIRED, "its last day is past")


def _is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    # The bounds are whole seconds; a fraction of the last second is still inside it.
    second = now.replace(microsecond=0)
    return certificate.not_valid_before_utc <= second <= certificate.not_valid_after_utc


def _is_identified(leaf: ParsedCertificate, issuer: Issuer) -> bool:
    """RFC 5280 §4.2.1.1: what the leaf says about its issuer's key must be so."""
    value = leaf.value(x509.AuthorityKeyIdentifier)
    if value is None:
        return True
    if value.key_identifier is not None and value.key_identifier != issuer.key_identifier:
        return False
    if value.authority_cert_serial_number is None:
        return True
    return issuer.issuer_and_serial == (
        value.authority_cert_issuer,
        value.authority_cert_serial_number,
    )


def _has_signed(issuer: Issuer, leaf: ParsedCertificate) -> bool:
    return fits(issuer.public_key, leaf.issuer_signature) and is_signed_by(
        issuer.public_key, leaf.issuer_signature, leaf.outline.signature, leaf.outline.tbs
    )
