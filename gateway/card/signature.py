"""The person's signature, in exactly the form the request states. Nothing is tried in turn."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gateway.card.algorithms import ECDSA_HASHES, PublicKey
from gateway.card.api import CertificateError, Reason
from gateway.card.model import SignatureEncoding


def verify_signature(
    public_key: PublicKey, encoding: SignatureEncoding, signature: bytes, data: bytes
) -> None:
    """Returns when the key has signed the data; raises CertificateError otherwise."""
    try:
        _FORMS[encoding](public_key, signature, data)
    except InvalidSignature as error:
        raise CertificateError(Reason.SIGNATURE_MISMATCH, encoding) from error


def _rsa(key: PublicKey) -> rsa.RSAPublicKey:
    if not isinstance(key, rsa.RSAPublicKey):
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "PKCS #1 asks for an RSA key")
    return key


def _ec(key: PublicKey) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "ECDSA asks for an EC key")
    return key


def _verify_pkcs1(public_key: PublicKey, signature: bytes, data: bytes) -> None:
    _rsa(public_key).verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


def _verify_pkcs1_bare(public_key: PublicKey, signature: bytes, data: bytes) -> None:
    """EM = 00 01 FF…FF 00 H. The signature and EM are as long as the modulus and H is 32 bytes, so
    the padding's strict removal leaves no byte of EM free: this is the exact comparison."""
    key = _rsa(public_key)
    if len(signature) != (key.key_size + 7) // 8:
        raise InvalidSignature
    recovered = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
    if not compare_digest(recovered, sha256(data).digest()):
        raise InvalidSignature


def _verify_ecdsa_der(public_key: PublicKey, signature: bytes, data: bytes) -> None:
    key = _ec(public_key)
    key.verify(signature, data, ec.ECDSA(ECDSA_HASHES[key.curve.name]))


def _verify_ecdsa_raw(public_key: PublicKey, signature: bytes, data: bytes) -> None:
    size = (_ec(public_key).key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    _verify_ecdsa_der(public_key, encode_dss_signature(r, s), data)


_FORMS: Mapping[SignatureEncoding, Callable[[PublicKey, bytes, bytes], None]] = {
    SignatureEncoding.PKCS1: _verify_pkcs1,
    SignatureEncoding.PKCS1_BARE: _verify_pkcs1_bare,
    SignatureEncoding.ECDSA_DER: _verify_ecdsa_der,
    SignatureEncoding.ECDSA_RAW: _verify_ecdsa_raw,
}
