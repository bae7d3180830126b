"""The key a DPoP proof brings along in its header (RFC 9449 §4.2).

A client's proofs all have the same header: what was read from it once is remembered, by its bytes.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from jwt.algorithms import Algorithm

from gateway.tenants.jwks import problem_of_key

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
"""Those of FAPI 2.0 §5.4.1, for everybody; Ed25519 is EdDSA's newer name (RFC 9864 §2.2)."""
_KINDS = {
    "ES256": ("EC", "P-256"),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_CHECKS = jwt.PyJWS(algorithms=["ES256", "PS256", "EdDSA"])


class BadProofHeaderError(Exception):
    """Why no proof can begin so: the end of a sentence."""


@dataclass(frozen=True, slots=True)
class ProofKey:
    """Somebody's public key, fit to check a proof with; whose it is, nobody has said."""

    jkt: str
    """Its thumbprint (RFC 7638 §3)."""
    _algorithm: Algorithm = field(repr=False)
    _public_key: Any = field(repr=False)

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        return self._algorithm.verify(signed, self._public_key, signature)


@lru_cache(maxsize=1024)
def read_proof_key(encoded_header: str) -> ProofKey:
    """Raises BadProofHeaderError."""
    header = _object(encoded_header)
    typ, alg = header.get("typ"), header.get("alg")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != "dpop+jwt":
        raise BadProofHeaderError("must have the type dpop+jwt")
    if not isinstance(alg, str) or alg not in ALGORITHMS:
        raise BadProofHeaderError(f"must be signed with {', '.join(ALGORITHMS)}")
    if "crit" in header:
        raise BadProofHeaderError("must not have a crit header")  # RFC 7515 §4.1.11
    jwk = header.get("jwk")
    if not isinstance(jwk, dict):
        raise BadProofHeaderError("must have its public key as jwk")
    kty, curve = _KINDS[alg]
    if jwk.get("kty") != kty or jwk.get("crv") != curve or jwk.get("alg", alg) != alg:
        raise BadProofHeaderError("has a jwk of another algorithm")
    if jwk.get("use", "sig") != "sig" or problem_of_key({**jwk, "alg": None}) is not None:
        raise BadProofHeaderError("has a jwk that may not be used")
    algorithm = _CHECKS.get_algorithm_by_name("EdDSA" if alg == "Ed25519" else alg)
    public_key = algorithm.from_jwk(jwk)
    return ProofKey(thumbprint(algorithm.to_jwk(public_key, as_dict=True)), algorithm, public_key)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 §3."""
    needed = {name: jwk[name] for name in _MEMBERS[jwk["kty"]]}
    canonical = json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode("ascii")


def _object(encoded: str) -> Mapping[str, Any]:
    try:
        read = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError) as cause:
        raise BadProofHeaderError("is malformed") from cause
    if not isinstance(read, dict):
        raise BadProofHeaderError("is malformed")
    return read
