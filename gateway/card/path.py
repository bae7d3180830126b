"""From a leaf to the pinned anchor that issued it (RFC 5280 §6.1, for a path of length one)."""

from datetime import datetime
from typing import cast

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
    second = whole_second(now)
    for issuer in signers:
        if issuer.not_before <= second <= issuer.not_after:
            return CertificatePath(leaf.certificate, issuer.anchor, leaf.extensions), issuer
    raise CertificateError(Reason.ANCHOR_EXPIRED, signers[0].anchor.fingerprint)


def check_validity(leaf: ParsedCertificate, now: datetime) -> None:
    """RFC 5280 §4.1.2.5: the first and the last second belong to the period."""
    second = whole_second(now)
    if second < leaf.not_before:
        raise CertificateError(Reason.NOT_YET_VALID, "its first day is in the future")
    if second > leaf.not_after:
        raise CertificateError(Reason.EXPIRED, "its last day is past")


def whole_second(now: datetime) -> datetime:
    """The bounds are whole seconds; a fraction of the last second is still inside it."""
    return now.replace(microsecond=0)


def _is_identified(leaf: ParsedCertificate, issuer: Issuer) -> bool:
    """RFC 5280 §4.2.1.1: what the leaf says about its issuer's key must be so."""
    extension = leaf.extensions.get(x509.AuthorityKeyIdentifier.oid)
    if extension is None or extension.der in issuer.authority_key_identifiers:
        return True
    value = cast("x509.AuthorityKeyIdentifier", extension.value)
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
