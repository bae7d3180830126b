"""The algorithms that are allowed, written out. Whatever is not here is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509 import Certificate

from gateway.card.api import CertificateError, Reason

PKCS1 = padding.PKCS1v15()

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

# CRYPTREC: RSA-2048 with SHA-256 is the floor; the ceiling bounds what a signature check can cost.
RSA_BITS = range(2048, 4096 + 1)
RSA_LEAST_EXPONENT = 65537
# FIPS 186-5 §A.1.1: e < 2^256. A longer one makes a check cost as much as signing.
RSA_EXPONENT_BITS = 256

ECDSA_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
}


@dataclass(frozen=True, slots=True)
class IssuerSignature:
    """How an issuer signs: the hash, and the curve its key must have (None: RSA)."""

    hash_algorithm: hashes.HashAlgorithm
    curve: str | None


# Keyed by the whole AlgorithmIdentifier, so that its parameters are checked with it
# (RFC 4055 §5: NULL for RSA; RFC 5758 §3.2: absent for ECDSA).
ISSUER_SIGNATURES: Mapping[bytes, IssuerSignature] = {
    bytes.fromhex("300d06092a864886f70d01010b0500"): IssuerSignature(hashes.SHA256(), None),
    bytes.fromhex("300a06082a8648ce3d040302"): IssuerSignature(hashes.SHA256(), "secp256r1"),
    bytes.fromhex("300a06082a8648ce3d040303"): IssuerSignature(hashes.SHA384(), "secp384r1"),
}


def load_public_key(certificate: Certificate) -> PublicKey:
    """The certificate's key, if it is of an allowed kind and strength."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "unknown kind of key") from error
    except ValueError as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, "its key is malformed") from error
    return allow_public_key(key)


def allow_public_key(key: PublicKeyTypes) -> PublicKey:
    """The same key; CertificateError where it is of no allowed kind or strength."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        if key.key_size < RSA_BITS.start or numbers.e < RSA_LEAST_EXPONENT:
            raise CertificateError(Reason.WEAK_KEY, f"RSA-{key.key_size}, e = {numbers.e}")
        if key.key_size not in RSA_BITS or numbers.e.bit_length() > RSA_EXPONENT_BITS:
            raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, f"RSA-{key.key_size}")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in ECDSA_HASHES:
            raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, f"curve {key.curve.name}")
        return key
    raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "neither an RSA nor an EC key")


def fits(key: PublicKey, kind: IssuerSignature) -> bool:
    """Whether a key of this kind can have made such a signature at all."""
    curve = None if isinstance(key, rsa.RSAPublicKey) else key.curve.name
    return curve == kind.curve


def is_signed_by(key: PublicKey, kind: IssuerSignature, signature: bytes, data: bytes) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, PKCS1, kind.hash_algorithm)
        else:
            key.verify(signature, data, ec.ECDSA(kind.hash_algorithm))
    except InvalidSignature:
        return False
    return True
