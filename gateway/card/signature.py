"""The person's signature, in exactly the form the request states. Nothing is tried in turn."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from gateway.card.algorithms import ECDSA_HASHES, PKCS1, PublicKey
from gateway.card.api import CertificateError, Reason
from gateway.card.model import Digest, HashAlgorithm, SignatureEncoding

Message = bytes | Digest

HASHES: Mapping[HashAlgorithm, hashes.HashAlgorithm] = {
    HashAlgorithm.SHA256: hashes.SHA256(),
    HashAlgorithm.SHA384: hashes.SHA384(),
    HashAlgorithm.SHA512: hashes.SHA512(),
}


def verify_signature(
    public_key: PublicKey,
    encoding: SignatureEncoding,
    signature: bytes,
    to_be_signed: Message,
) -> None:
    """Returns when the key has signed it; raises CertificateError otherwise."""
    try:
        _FORMS[encoding](public_key, signature, to_be_signed)
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


def _verify_pkcs1(public_key: PublicKey, signature: bytes, to_be_signed: Message) -> None:
    key = _rsa(public_key)
    if isinstance(to_be_signed, Digest):
        hashed = Prehashed(HASHES[to_be_signed.hash_algorithm])
        key.verify(signature, to_be_signed.value, PKCS1, hashed)
    else:
        key.verify(signature, to_be_signed, PKCS1, HASHES[HashAlgorithm.SHA256])


def _verify_pkcs1_bare(public_key: PublicKey, signature: bytes, to_be_signed: Message) -> None:
    """EM = 00 01 FF…FF 00 H. The signature and EM are as long as the modulus and H is as long as
    its hash's, so the padding's strict removal leaves no byte of EM free: this is the exact
    comparison."""
    key = _rsa(public_key)
    if len(signature) != (key.key_size + 7) // 8:
        raise InvalidSignature
    recovered = key.recover_data_from_signature(signature, PKCS1, None)
    hashed = (
        to_be_signed.value if isinstance(to_be_signed, Digest) else sha256(to_be_signed).digest()
    )
    if not compare_digest(recovered, hashed):
        raise InvalidSignature


def _verify_ecdsa_der(public_key: PublicKey, signature: bytes, to_be_signed: Message) -> None:
    key = _ec(public_key)
    curves_hash = ECDSA_HASHES[key.curve.name]
    if not isinstance(to_be_signed, Digest):
        return key.verify(signature, to_be_signed, ec.ECDSA(curves_hash))
    if HASHES[to_be_signed.hash_algorithm].name != curves_hash.name:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "not the hash of the key's curve")
    return key.verify(signature, to_be_signed.value, ec.ECDSA(Prehashed(curves_hash)))


def _verify_ecdsa_raw(public_key: PublicKey, signature: bytes, to_be_signed: Message) -> None:
    size = (_ec(public_key).key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    _verify_ecdsa_der(public_key, encode_dss_signature(r, s), to_be_signed)


_FORMS: Mapping[SignatureEncoding, Callable[[PublicKey, bytes, Message], None]] = {
    SignatureEncoding.PKCS1: _verify_pkcs1,
    SignatureEncoding.PKCS1_BARE: _verify_pkcs1_bare,
    SignatureEncoding.ECDSA_DER: _verify_ecdsa_der,
    SignatureEncoding.ECDSA_RAW: _verify_ecdsa_raw,
}
