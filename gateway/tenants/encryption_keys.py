"""Which of its registered keys a client's answers are encrypted for (RFC 7517, RFC 7518 §4.1)."""

from collections.abc import Mapping
from typing import Any

from gateway.tenants.protocol import EncryptionAlg

_CURVES = ("P-256", "P-384", "P-521", "X25519")


def key_for(jwks: Mapping[str, Any] | None, alg: EncryptionAlg) -> Mapping[str, Any] | None:
    """The first that is meant for encryption and can be used with `alg`. One that also signs is
    not: a key has one use (RFC 7517 §4.2)."""
    keys: tuple[Mapping[str, Any], ...] = tuple((jwks or {}).get("keys", ()))
    return next((key for key in keys if _fits(key, alg)), None)


def _fits(key: Mapping[str, Any], alg: EncryptionAlg) -> bool:
    if key.get("use") != "enc" or key.get("alg", alg) != alg:
        return False
    if alg.startswith("RSA-"):
        return key.get("kty") == "RSA"
    return key.get("kty") in ("EC", "OKP") and key.get("crv") in _CURVES
