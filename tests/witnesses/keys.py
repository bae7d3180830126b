"""A program's own key: what it registers of it, and what it keeps."""

from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey

Jwk = dict[str, Any]
Key = ECKey | OKPKey | RSAKey
_MADE: dict[str, Callable[[], Key]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
    "PS256": lambda: RSAKey.generate_key(2048),
    "ECDH-ES+A128KW": lambda: ECKey.generate_key("P-256"),
    "RSA-OAEP-256": lambda: RSAKey.generate_key(2048),
}


def key_pair(alg: str) -> tuple[Jwk, Jwk]:
    """The public key, and the private one, as JWKs."""
    key, purpose = _MADE[alg](), "sig" if alg in ("ES256", "EdDSA", "PS256") else "enc"
    named = {"kid": f"{alg}-1", "alg": alg, "use": purpose}
    return {**key.as_dict(private=False), **named}, {**key.as_dict(private=True), **named}
