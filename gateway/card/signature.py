"""The person's signature, in exactly the form the request states. Nothing is tried in turn."""

from hmac import compare_digest
from typing import assert_never

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
        match encoding:
            case SignatureEncoding.PKCS1:
                _rsa(public_key).verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case SignatureEncoding.PKCS1_BARE:
                _verify_bare(_rsa(public_key), signature, data)
            case SignatureEncoding.ECDSA_DER:
                _verify_ecdsa(_ec(public_key), signature, data)
            case SignatureEncoding.ECDSA_RAW:
                key = _ec(public_key)
                _verify_ecdsa(key, _from_raw(signature, (key.key_size + 7) // 8), data)
            case _:
                assert_never(encoding)
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


def _verify_bare(key: rsa.RSAPublicKey, signature: bytes, data: bytes) -> None:
    """EM = 00 01 FF…FF 00 H. The signature and EM are as long as the modulus and H is 32 bytes, so
    the padding's strict removal leaves no byte of EM free: this is the exact comparison."""
    if len(signature) != (key.key_size + 7) // 8:
        raise InvalidSignature
    recovered = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    if not compare_digest(recovered, digest.finalize()):
        raise InvalidSignature


def _verify_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
    key.verify(signature, data, ec.ECDSA(ECDSA_HASHES[key.curve.name]))


def _from_raw(signature: bytes, size: int) -> bytes:
    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
