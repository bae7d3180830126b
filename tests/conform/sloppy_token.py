"""How the sloppy service reads a JWT: every step it should take can be left out."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.clock import system_clock

ALG = "ES256"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
KNOWN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid"}


class RefusedError(Exception):
    """Nobody is signed in by this."""


@dataclass
class Reader:
    issuer: str
    client_id: str
    leaves_out: Callable[[str], bool]
    """Whether this is sloppiness of now."""
    keys: dict[str, Any] = field(default_factory=dict)

    def id_token(self, token: str, nonce: str | None, access_token: str) -> dict[str, Any]:
        claims = self._signed(token, "id-token")
        self._check_claims(claims, "id-token")
        if "nonce" not in claims:
            self._unless("id-token-nonce-missing", nonce is None)
        elif nonce is not None:
            self._unless("id-token-nonce", claims["nonce"] == nonce)
        self._unless("id-token-subject-missing", "sub" in claims)
        digest = hashlib.sha256(access_token.encode()).digest()[:16]
        at_hash = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        self._unless("id-token-at-hash", claims.get("at_hash", at_hash) == at_hash)
        if self.leaves_out("unknown-members") and claims.keys() - KNOWN:
            raise RefusedError("unknown members")
        return claims

    def logout_token(self, token: str) -> dict[str, Any]:
        claims = self._signed(token, "logout-token")
        self._check_claims(claims, "logout-token")
        self._unless("logout-token-nonce", "nonce" not in claims)
        self._unless("logout-token-event", EVENT in claims.get("events", {}))
        self._unless("logout-token-subject", "sub" in claims or "sid" in claims)
        return claims

    def _check_claims(self, claims: Mapping[str, Any], kind: str) -> None:
        self._unless(f"{kind}-issuer", claims.get("iss") == self.issuer)
        self._unless(f"{kind}-audience", claims.get("aud") == self.client_id)
        self._unless(f"{kind}-expired", claims.get("exp", 0) > system_clock().timestamp())

    def _unless(self, sloppiness: str, good: bool) -> None:  # noqa: FBT001
        if not good and not self.leaves_out(sloppiness):
            raise RefusedError(sloppiness)

    def _signed(self, token: str, kind: str) -> dict[str, Any]:
        header, body, _ = token.split(".")
        told = json.loads(_decoded(header))
        claims: dict[str, Any] = json.loads(_decoded(body))
        if not self._is_believed(token, told, kind):
            raise RefusedError("signature")
        return claims

    def _is_believed(self, token: str, told: Mapping[str, Any], kind: str) -> bool:
        if self.leaves_out(f"{kind}-unsigned") and told["alg"] == "none":
            return True
        if self.leaves_out(f"{kind}-embedded-key") and "jwk" in told:
            return _verifies(token, told["jwk"])
        if self.leaves_out(f"{kind}-confused") and told["alg"] == "HS256":
            return any(_hmac_verifies(token, key) for key in self.keys.values())
        key = self.keys.get(told["kid"])
        if key is None:
            return self.leaves_out(f"{kind}-stranger") and "jwk" not in told
        if self.leaves_out(f"{kind}-signature"):
            return bool(told["alg"] == ALG)
        return bool(told["alg"] == ALG) and _verifies(token, key)


def kid_of(token: str) -> str:
    return str(json.loads(_decoded(token.partition(".")[0]))["kid"])


def _verifies(token: str, jwk: Mapping[str, Any]) -> bool:
    try:
        jwt.PyJWS(algorithms=[ALG]).decode(token, jwt.PyJWK(dict(jwk)), algorithms=[ALG])
    except jwt.PyJWTError:
        return False
    return True


def _hmac_verifies(token: str, jwk: Mapping[str, Any]) -> bool:
    public = jwt.PyJWK(dict(jwk)).key
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed, _, signature = token.rpartition(".")
    wanted = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(wanted, _decoded(signature))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
