"""Whose CRL it is: only the certificate's own issuer speaks for it (RFC 5280 §6.3.3)."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

from plugins.crl.revocation_list import RevocationList, UnusableError

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

# SHA-1 and everything else that is not written here is refused.
ALLOWED_SIGNATURES = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    }
)


def check_signed_by(revocation_list: RevocationList, issuer: x509.Certificate) -> None:
    """Returns when this CA, by this key, has issued the list; raises UnusableError otherwise."""
    crl = revocation_list.crl
    if crl.issuer != issuer.subject:
        raise UnusableError("issued under another name")
    _check_key_identifier(revocation_list.authority_key_identifier, issuer)
    _check_may_sign(issuer)
    if crl.signature_algorithm_oid not in ALLOWED_SIGNATURES:
        raise UnusableError("signed by an algorithm not allowed")
    key = issuer.public_key()
    if not isinstance(key, PublicKey) or not crl.is_signature_valid(key):
        raise UnusableError("not signed by the certificate's issuer")


def _check_key_identifier(
    claimed: x509.AuthorityKeyIdentifier | None, issuer: x509.Certificate
) -> None:
    """RFC 5280 §5.2.1: what the list says of its issuer's key must be so."""
    if claimed is None:
        return
    if claimed.key_identifier is not None and claimed.key_identifier != _key_identifier(issuer):
        raise UnusableError("issued by another generation of the CA")
    if claimed.authority_cert_serial_number is not None and (
        claimed.authority_cert_serial_number != issuer.serial_number
        or claimed.authority_cert_issuer != [x509.DirectoryName(issuer.issuer)]
    ):
        raise UnusableError("issued by another certificate of the CA")


def _key_identifier(issuer: x509.Certificate) -> bytes:
    try:
        return issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest


def _check_may_sign(issuer: x509.Certificate) -> None:
    """RFC 5280 §6.3.3 (f): cRLSign, where the CA's keyUsage says anything."""
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.crl_sign:
        raise UnusableError("its issuer may not sign CRLs")
