"""Which public keys a client may register: to sign with, or to be encrypted for (RFC 7517)."""

from collections.abc import Mapping
from typing import Any, get_args

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from jwt.utils import base64url_decode

from gateway.tenants.protocol import ClientSigningAlg

MAX_KEYS = 16

ED25519 = "Ed25519"
_KEY_TYPES = ("EC", "RSA", "OKP")
_PLAIN_RULE = "each member of a key holds a text, or a list of texts"
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# Below, it is weak; above, or with a large exponent, each check costs the gateway dearly.
_RSA_BITS = range(2048, 8192 + 1)
_RSA_EXPONENTS = range(65_537, 2**64)  # from FIPS 186-5 §5.1


def problem_of(jwks: Mapping[str, Any]) -> str | None:
    """What is wrong with the set; None where it may be registered."""
    if not all(_is_plain(value) for name, value in jwks.items() if name != "keys"):
        return _PLAIN_RULE
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS:
        return f"an object with 1 to {MAX_KEYS} keys"
    return next((problem for key in keys if (problem := problem_of_key(key)) is not None), None)


def usual_name(alg: str) -> str:
    """Ed25519 is the newer name of EdDSA with that curve (RFC 9864 §2.2)."""
    return "EdDSA" if alg == ED25519 else alg


def can_sign(key: Mapping[str, Any]) -> bool:
    """Whether a key of a good set is one to check signatures with."""
    alg = usual_name(key.get("alg", "ES256"))
    if key.get("use", "sig") != "sig" or alg not in get_args(ClientSigningAlg):
        return False
    return key.get("crv") in (None, "P-256", "P-384", "Ed25519")


def problem_of_key(key: object) -> str | None:
    if not isinstance(key, dict) or key.get("kty") not in _KEY_TYPES:
        return "keys of type EC, RSA or OKP only"
    if key.keys() & _PRIVATE_MEMBERS:
        return "a private key stands in it; make a new one"
    if not all(map(_is_plain, key.values())):
        return _PLAIN_RULE
    try:
        public_key = _read(key)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, NotImplementedError):
        return "a key in it cannot be read"
    return _problem_of_rsa(public_key) if isinstance(public_key, RSAPublicKey) else None


def _read(key: dict[str, Any]) -> Any:
    if key.get("use") == "enc":
        if (key.get("kty"), key.get("crv")) == ("OKP", "X25519"):  # RFC 8037 §3.2
            return X25519PublicKey.from_public_bytes(base64url_decode(key["x"]))
        # PyJWT knows no algorithms of encryption; the key is read in the same way.
        key = {name: value for name, value in key.items() if name != "alg"}
    if key.get("crv") == key.get("alg") == ED25519:
        key = {**key, "alg": usual_name(ED25519)}
    return jwt.PyJWK(key).key


def _is_plain(value: object) -> bool:
    """As every public member of RFC 7517 §4 and RFC 7518 §6 is. What is nested without end could
    be stored and never be read again."""
    texts = value if isinstance(value, list) else [value]
    return all(isinstance(one, str | int | None) for one in texts)


def _problem_of_rsa(key: RSAPublicKey) -> str | None:
    if key.key_size not in _RSA_BITS:
        return f"RSA keys of {_RSA_BITS[0]} to {_RSA_BITS[-1]} bits"
    if key.public_numbers().e not in _RSA_EXPONENTS:
        return "RSA keys with the exponent 65537"
    return None
