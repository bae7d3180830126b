"""A signing key, its states, and how it is written down."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ALGORITHMS = ("ES256", "RS256")

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey
PublicKey = EllipticCurvePublicKey | RSAPublicKey


class KeyState(StrEnum):
    NEXT = "next"
    """Published, so that verifiers know it before it signs."""
    ACTIVE = "active"
    RETIRED = "retired"
    """Signs no more; what it signed still verifies."""


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


def generate(alg: str) -> PrivateKey:
    if alg == "ES256":
        return generate_private_key(SECP256R1())
    return generate_rsa_key(public_exponent=65537, key_size=2048)


def public_jwk(alg: str, key: PrivateKey) -> dict[str, Any]:
    """The public half, with its thumbprint as kid (RFC 7638)."""
    if isinstance(key, EllipticCurvePrivateKey):
        jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        jwk = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    else:
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        jwk = {name: jwk[name] for name in ("e", "kty", "n")}
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=")
    return {**jwk, "kid": thumbprint.decode("ascii"), "use": "sig", "alg": alg}


def private_bytes(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_private_key(raw: bytes) -> PrivateKey:
    key = load_der_private_key(raw, None)
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise TypeError("a signing key of an unknown kind")
    return key
