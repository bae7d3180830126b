"""By which algorithms a response may be signed. Whatever is not written here is refused."""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from plugins.ocsp.unusable import UnusableError

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = range(2048, 4096 + 1)
RSA_LEAST_EXPONENT = 65537
CURVES = frozenset({"secp256r1", "secp384r1"})

# Keyed by the whole AlgorithmIdentifier: NULL parameters for RSA (RFC 4055 §5), none for ECDSA
# (RFC 5758 §3.2). The value is the hash and the curve the key must have (None: RSA).
SIGNATURES: Mapping[bytes, tuple[hashes.HashAlgorithm, str | None]] = {
    bytes.fromhex("300d06092a864886f70d01010b0500"): (hashes.SHA256(), None),
    bytes.fromhex("300a06082a8648ce3d040302"): (hashes.SHA256(), "secp256r1"),
    bytes.fromhex("300a06082a8648ce3d040303"): (hashes.SHA384(), "secp384r1"),
}


def load_key(subject_public_key_info: bytes) -> PublicKey:
    try:
        key = load_der_public_key(subject_public_key_info)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableError("its signer's key cannot be read") from error
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size in RSA_BITS and key.public_numbers().e >= RSA_LEAST_EXPONENT:
            return key
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
        return key
    raise UnusableError("its signer's key is weak or of a kind not allowed")


def check_signature(key: PublicKey, algorithm: bytes, signature: bytes, data: bytes) -> None:
    """`algorithm`: the DER of the AlgorithmIdentifier. Raises UnusableError."""
    hash_algorithm, curve = SIGNATURES.get(algorithm, (None, None))
    if hash_algorithm is None:
        raise UnusableError("signed by an algorithm not allowed")
    if curve != (None if isinstance(key, rsa.RSAPublicKey) else key.curve.name):
        raise UnusableError("signed by an algorithm its signer's key cannot have used")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hash_algorithm)
        else:
            key.verify(signature, data, ec.ECDSA(hash_algorithm))
    except InvalidSignature:
        raise UnusableError("a signature is wrong") from None
