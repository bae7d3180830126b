"""Who has signed what, each pair checked once (RFC 5280 §6.1.3 (a) (1))."""

from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gateway.card.algorithms import (
    ISSUER_SIGNATURES,
    IssuerSignature,
    PublicKey,
    allow_public_key,
    fits,
    is_signed_by,
)
from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import Certificate
from gateway.card.general.effort import SIGNATURE, Effort

# Government PKIs sign with these too (RFC 4055 §5: NULL parameters).
SIGNATURES: Mapping[bytes, IssuerSignature] = {
    **ISSUER_SIGNATURES,
    bytes.fromhex("300d06092a864886f70d01010c0500"): IssuerSignature(hashes.SHA384(), None),
    bytes.fromhex("300d06092a864886f70d01010d0500"): IssuerSignature(hashes.SHA512(), None),
}
# id-dsa (RFC 3279 §2.3.2) within a SubjectPublicKeyInfo.
DSA = bytes.fromhex("06072a8648ce380401")


class Signatures:
    """Remembers keys and signatures for one validation."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._keys: dict[Certificate, PublicKey] = {}
        self._found: dict[tuple[Certificate, Certificate], bool] = {}

    def key(self, certificate: Certificate) -> PublicKey:
        """Raises CertificateError for a key that is not allowed."""
        if certificate not in self._keys:
            self._keys[certificate] = _load(certificate.subject_public_key_info)
        return self._keys[certificate]

    def check(self, subject: Certificate, issuer: Certificate) -> None:
        """Raises CertificateError where the issuer's key has not signed the subject."""
        kind = SIGNATURES.get(subject.signature_algorithm)
        if kind is None:
            raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "signed by one not allowed")
        pair = (subject, issuer)
        if pair not in self._found:
            key = self.key(issuer)
            self._effort.spend(SIGNATURE)
            self._found[pair] = fits(key, kind) and is_signed_by(
                key, kind, subject.signature, subject.tbs
            )
        if not self._found[pair]:
            raise CertificateError(Reason.BAD_ISSUER_SIGNATURE, "its issuer has not signed it")


def _load(subject_public_key_info: bytes) -> PublicKey:
    if DSA in subject_public_key_info[:16]:
        raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "a DSA key")
    try:
        key = load_der_public_key(subject_public_key_info)
    except UnsupportedAlgorithm as error:
        raise CertificateError(Reason.UNSUPPORTED_ALGORITHM, "unknown kind of key") from error
    except ValueError as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, "its key is malformed") from error
    return allow_public_key(key)
