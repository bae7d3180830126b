"""The kinds of key a demo card or CA may have, how they are stored, and the hash a CA uses."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def new_rsa_key() -> rsa.RSAPrivateKey:
    """What today's cards and their CA use."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_p384_key() -> ec.EllipticCurvePrivateKey:
    """What the next generation of cards is announced to use."""
    return ec.generate_private_key(ec.SECP384R1())


def dump_private_key(key: PrivateKey) -> bytes:
    """PKCS#8 DER, unencrypted: only for a 0600 file."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_private_key(der: bytes) -> PrivateKey:
    key = load_der_private_key(der, password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("the private key is neither RSA nor elliptic curve")
    return key


def hash_for(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    """SHA-384 with P-384, SHA-256 with everything else."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size == 384:
        return hashes.SHA384()
    return hashes.SHA256()
