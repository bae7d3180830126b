"""A key of ours, its states, and how it is written down."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""What we sign with; each has keys of its own (RFC 8725 §3.1)."""
KEY_AGREEMENT = "ECDH-ES"
"""What is encrypted for us, with or without a key wrap (RFC 7518 §4.6). On P-256, and never RSA:
anybody may send such a thing, and opening it costs a tenth."""
KEY_ALGORITHMS = (*ALGORITHMS, KEY_AGREEMENT)
OPENS_FOR = timedelta(days=1)
"""How long a retired key opens what was encrypted for it: far longer than /jwks is cached."""

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey
PublicKey = EllipticCurvePublicKey | RSAPublicKey | Ed25519PublicKey


class KeyState(StrEnum):
    NEXT = "next"
    """Published, so that verifiers know it before it signs."""
    ACTIVE = "active"
    RETIRED = "retired"
    """Signs no more; what it signed still verifies. Nothing is encrypted for it any more."""


@dataclass(frozen=True, slots=True)
class SigningKeyInfo:
    kid: str
    alg: str
    state: KeyState
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    info: SigningKeyInfo
    public_jwk: dict[str, Any]
    private_key: PrivateKey = field(repr=False)
    public_key: PublicKey


def is_published(info: SigningKeyInfo) -> bool:
    """What others check with, they need before and after; what they encrypt for, while it lasts."""
    return info.alg in ALGORITHMS or info.state is KeyState.ACTIVE


def still_opens(info: SigningKeyInfo, now: datetime) -> bool:
    """The next key does already: another worker may have made it active."""
    if info.alg != KEY_AGREEMENT:
        return False
    return info.retired_at is None or now < info.retired_at + OPENS_FOR


def generate(alg: str) -> PrivateKey:
    match alg:
        case "ES256" | "ECDH-ES":
            return generate_private_key(SECP256R1())
        case "RS256" | "PS256":
            return generate_rsa_key(public_exponent=65537, key_size=2048)
        case "EdDSA":
            return Ed25519PrivateKey.generate()
    raise ValueError("an algorithm of an unknown name")


def public_jwk(alg: str, key: PrivateKey) -> dict[str, Any]:
    """The public half, with its thumbprint as kid (RFC 7638)."""
    jwk = _public_members(key)
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=")
    named = {**jwk, "kid": thumbprint.decode("ascii")}
    # No `alg` with `enc`: one key is for the agreement with and without a wrap.
    return {**named, "use": "enc"} if alg == KEY_AGREEMENT else {**named, "use": "sig", "alg": alg}


def _public_members(key: PrivateKey) -> dict[str, Any]:
    """Those that the thumbprint is made of (RFC 7638 §3.2, RFC 8037 §2)."""
    if isinstance(key, EllipticCurvePrivateKey):
        jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    if isinstance(key, Ed25519PrivateKey):
        jwk = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {name: jwk[name] for name in ("crv", "kty", "x")}
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("e", "kty", "n")}


def private_bytes(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_private_key(raw: bytes) -> PrivateKey:
    """Of a key that the master key opened: it is the one that was made here, so its primes are not
    tested again, which takes longer than all the rest of a start."""
    key = load_der_private_key(raw, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey):
        raise TypeError("a signing key of an unknown kind")
    return key
