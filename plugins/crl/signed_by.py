"""Whose CRL it is: only the certificate's own issuer speaks for it (RFC 5280 §6.3.3)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from plugins.crl.errors import UnusableError
from plugins.crl.outline import Outline
from plugins.crl.revocation_list import ListFacts

Hash = hashes.SHA256 | hashes.SHA384

# Keyed by the whole AlgorithmIdentifier, so that its parameters are checked with it (RFC 4055 §5,
# RFC 5758 §3.2). SHA-1 and everything else that is not written here is refused. The value is the
# hash and the curve the CA's key must have (None: RSA).
ALLOWED_SIGNATURES: Mapping[bytes, tuple[Hash, str | None]] = {
    bytes.fromhex("300d06092a864886f70d01010b0500"): (hashes.SHA256(), None),
    bytes.fromhex("300a06082a8648ce3d040302"): (hashes.SHA256(), "secp256r1"),
    bytes.fromhex("300a06082a8648ce3d040303"): (hashes.SHA384(), "secp384r1"),
}


@dataclass(frozen=True, slots=True)
class ListSignature:
    """A list's signature, with the hash of what it must be over: checked without the list."""

    algorithm: bytes
    value: bytes
    digest: bytes


def read_signature(der: bytes, outline: Outline) -> ListSignature:
    """Hashes the list. Raises UnusableError for an algorithm that is not allowed."""
    algorithm, _ = _allowed(outline.signature_algorithm)
    start, end = outline.tbs
    digest = hashlib.new(algorithm.name, memoryview(der)[start:end]).digest()
    return ListSignature(outline.signature_algorithm, outline.signature, digest)


def check_signed_by(facts: ListFacts, signature: ListSignature, issuer: x509.Certificate) -> None:
    """Returns when this CA, by this key, has issued the list; raises UnusableError otherwise."""
    if facts.issuer != issuer.subject.public_bytes():
        raise UnusableError("issued under another name")
    _check_key_identifier(facts.authority_key_identifier, issuer)
    _check_may_sign(issuer)
    if not _is_signed(signature, issuer):
        raise UnusableError("not signed by the certificate's issuer")


def _allowed(algorithm: bytes) -> tuple[Hash, str | None]:
    try:
        return ALLOWED_SIGNATURES[algorithm]
    except KeyError:
        raise UnusableError("signed by an algorithm not allowed") from None


def _is_signed(signature: ListSignature, issuer: x509.Certificate) -> bool:
    algorithm, curve = _allowed(signature.algorithm)
    hashed = Prehashed(algorithm)
    try:
        key = issuer.public_key()
        if isinstance(key, rsa.RSAPublicKey) and curve is None:
            key.verify(signature.value, signature.digest, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == curve:
            key.verify(signature.value, signature.digest, ec.ECDSA(hashed))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


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
