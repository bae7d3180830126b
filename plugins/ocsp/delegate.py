"""Whom a CA lets speak for it: delegated OCSP responders (RFC 6960 §4.2.2.2)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from plugins.ocsp.algorithms import PublicKey, check_signature, load_key
from plugins.ocsp.certificate_outline import read_certificate
from plugins.ocsp.issuer import Issuer
from plugins.ocsp.unusable import UnusableError

# Critical ones are common with JPKI's CA; a policy or a path length limits no responder.
KNOWN_CRITICAL_EXTENSIONS = frozenset(
    {
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.BasicConstraints.oid,
        x509.CertificatePolicies.oid,
        x509.OCSPNoCheck.oid,
    }
)
_MAX_DELEGATES = 64
# What cryptography raises for bytes that are not what they say; TypeError for names of bits.
_NOT_PARSED = (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


@dataclass(frozen=True, slots=True)
class Delegate:
    """Issued by the CA for this duty. Whether it is in force is another question."""

    public_key: PublicKey
    not_before: datetime
    not_after: datetime
    has_nocheck: bool
    """Its CA says that nobody has to look up its revocation."""


# One delegate signs for months. Only a proven one is remembered, by all of its bytes.
@lru_cache(_MAX_DELEGATES)
def read_delegate(der: bytes, issuer: Issuer) -> Delegate:
    """Raises UnusableError. The CA's own signature comes first: nothing of a certificate that this
    very CA has not issued is looked at."""
    outline = read_certificate(der)
    if outline.issuer != issuer.name:
        raise UnusableError("its responder is delegated by another CA")
    try:
        check_signature(
            issuer.public_key, outline.signature_algorithm, outline.signature, outline.tbs
        )
    except UnusableError as error:
        raise UnusableError(f"its responder is not delegated by the CA ({error})") from error
    try:
        certificate = x509.load_der_x509_certificate(der)
        has_nocheck = _check_extensions(certificate.extensions)
    except _NOT_PARSED as error:
        raise UnusableError("its responder's certificate is malformed") from error
    return Delegate(
        public_key=load_key(outline.key_info),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        has_nocheck=has_nocheck,
    )


def _check_extensions(extensions: x509.Extensions) -> bool:
    """Whether nocheck is among them, once all the others let it sign responses."""
    by_oid = {extension.oid: extension.value for extension in extensions}
    if any(each.critical and each.oid not in KNOWN_CRITICAL_EXTENSIONS for each in extensions):
        raise UnusableError("its responder's certificate has an unknown critical extension")
    purposes = by_oid.get(x509.ExtendedKeyUsage.oid)
    # anyExtendedKeyUsage is not enough: the delegation is by this very purpose.
    if (
        not isinstance(purposes, x509.ExtendedKeyUsage)
        or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes
    ):
        raise UnusableError("its responder's certificate is not for signing OCSP responses")
    usage = by_oid.get(x509.KeyUsage.oid)
    if isinstance(usage, x509.KeyUsage) and not usage.digital_signature:
        raise UnusableError("its responder's key is not for digital signatures")
    return x509.OCSPNoCheck.oid in by_oid
