"""A service's own key, and proofs of it: every part can be made wrong (RFC 9449 §4.2)."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import get_default_algorithms

from tests.support.gateway import ISSUER, MovableClock

Parts = Mapping[str, Any]


@dataclass(slots=True)
class ProofMaker:
    clock: MovableClock
    key: Any = field(default_factory=lambda: generate_private_key(SECP256R1()))
    alg: str = "ES256"
    nonce: str | None = None
    """The one the gateway told last."""

    @property
    def jwk(self) -> dict[str, Any]:
        algorithm = get_default_algorithms()["EdDSA" if self.alg == "Ed25519" else self.alg]
        jwk: dict[str, Any] = algorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}

    @property
    def jkt(self) -> str:
        """RFC 7638 §3."""
        return digest(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")))

    def proof(
        self,
        method: str = "POST",
        path: str = "/token",
        *,
        access_token: str | None = None,
        header: Parts | None = None,
        **changes: Any,
    ) -> str:
        """A good proof but for the changes; one of None leaves the member out."""
        claims: dict[str, Any] = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": ISSUER + path,
            "iat": int(self.clock().timestamp()),
            "nonce": self.nonce,
            "ath": None if access_token is None else digest(access_token),
        }
        told = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk}
        return self.signed(_present(told | dict(header or {})), _present(claims | changes))

    def signed(self, header: Parts, claims: Parts | list[Any]) -> str:
        """By this key, whatever the header says."""
        encoded = f"{part(header)}.{part(claims)}"
        name = "EdDSA" if self.alg == "Ed25519" else self.alg
        signature = get_default_algorithms()[name].sign(encoded.encode(), self.key)
        return f"{encoded}.{jwt.utils.base64url_encode(signature).decode()}"


def digest(text: str) -> str:
    return jwt.utils.base64url_encode(hashlib.sha256(text.encode()).digest()).decode()


def part(value: object) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _present(members: Parts) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
