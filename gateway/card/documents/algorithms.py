"""The algorithms a signed document may name, written out (RFC 5754, RFC 8017). Whatever is not here
is refused: SHA-1, RSASSA-PSS, DSA."""

from collections.abc import Mapping

from asn1crypto import algos, core

from gateway.card.api import CertificateError, Reason
from gateway.card.model import HashAlgorithm, SignatureEncoding

_HASHES: Mapping[str, HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": HashAlgorithm.SHA256,
    "2.16.840.1.101.3.4.2.2": HashAlgorithm.SHA384,
    "2.16.840.1.101.3.4.2.3": HashAlgorithm.SHA512,
}
_RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
"""RFC 3370 §3.2: the hash is the digestAlgorithm's."""
_WITH_HASH: Mapping[str, tuple[SignatureEncoding, HashAlgorithm]] = {
    "1.2.840.113549.1.1.11": (SignatureEncoding.PKCS1, HashAlgorithm.SHA256),
    "1.2.840.113549.1.1.12": (SignatureEncoding.PKCS1, HashAlgorithm.SHA384),
    "1.2.840.113549.1.1.13": (SignatureEncoding.PKCS1, HashAlgorithm.SHA512),
    "1.2.840.10045.4.3.2": (SignatureEncoding.ECDSA_DER, HashAlgorithm.SHA256),
    "1.2.840.10045.4.3.3": (SignatureEncoding.ECDSA_DER, HashAlgorithm.SHA384),
}


def read_hash(algorithm: algos.DigestAlgorithm) -> HashAlgorithm:
    hash_algorithm = _HASHES.get(algorithm["algorithm"].dotted)
    if hash_algorithm is None:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "a hash that is not allowed")
    _check_parameters(algorithm)
    return hash_algorithm


def read_encoding(
    algorithm: algos.SignedDigestAlgorithm, hash_algorithm: HashAlgorithm
) -> SignatureEncoding:
    """How a signature is written that is over this hash."""
    oid = algorithm["algorithm"].dotted
    if oid == _RSA_ENCRYPTION:
        encoding, its_hash = SignatureEncoding.PKCS1, hash_algorithm
    elif oid in _WITH_HASH:
        encoding, its_hash = _WITH_HASH[oid]
    else:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "an algorithm that is not allowed")
    if its_hash is not hash_algorithm:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "two hashes for one signature")
    _check_parameters(algorithm)
    return encoding


def _check_parameters(algorithm: algos._ForceNullParameters) -> None:
    """RFC 5754 §2, §3.2: NULL or absent."""
    if not isinstance(algorithm["parameters"], core.Null | core.Void):
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "an algorithm with parameters")
