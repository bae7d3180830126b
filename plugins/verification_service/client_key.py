"""The private key the gateway signs its assertions with: read once, fit for its algorithm."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

AssertionKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

ALGORITHMS = {
    "ES256": "secp256r1",
    "ES384": "secp384r1",
    "PS256": "rsa",
    "RS256": "rsa",
    "EdDSA": "ed25519",
}
"""And the kind of key each needs."""
RSA_LEAST_BITS = 2048


def read_key(path: str, algorithm: str) -> AssertionKey:
    """Raises ValueError with the setting's name."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"assertion_algorithm: one of {', '.join(ALGORITHMS)} is needed")
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except OSError as error:
        raise ValueError(f"client_key_file: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # What cryptography says may quote the file.
        raise ValueError("client_key_file: no private key in PEM without a password") from error
    if (
        not isinstance(key, AssertionKey)
        or _kind(key) != ALGORITHMS[algorithm]
        or (isinstance(key, rsa.RSAPrivateKey) and key.key_size < RSA_LEAST_BITS)
    ):
        raise ValueError(f"client_key_file: its key is not fit for {algorithm}")
    return key


def _kind(key: AssertionKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.curve.name
    return "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"
