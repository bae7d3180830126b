"""A JWT that a client signed with a key it registered (RFC 7515, RFC 7519, RFC 8725).

Of the header only `alg`, `kid` and `typ` are looked at, and only a registered key verifies: a
`jwk`, `jku` or `x5u` in it means nothing. Times are compared with the caller's clock.
"""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
import msgspec
from jwt.algorithms import OKPAlgorithm

from gateway.tenants.jwks import ED25519, usual_name
from gateway.tenants.model import Client

ALGORITHMS = ("ES256", "ES384", "PS256", "RS256", "EdDSA")
SKEW = timedelta(seconds=30)
MAX_LENGTH = 8_192
_KEY_TYPES = {"ES256": "EC", "ES384": "EC", "PS256": "RSA", "RS256": "RSA", "EdDSA": "OKP"}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")
_OF_A_KEY = ("kty", "crv", "x", "y", "n", "e")
"""The public members of RFC 7518 §6."""
_JWS = jwt.PyJWS(algorithms=list(ALGORITHMS))
_JWS.register_algorithm(ED25519, OKPAlgorithm())


class BadJwtError(Exception):
    """Why it counts for nothing: the end of a sentence that begins with the parameter's name.
    Whoever asked turns it into the error of their RFC."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class SignedJwt:
    """Proof: a registered key of this client's signed these claims. Audience and times are not
    checked yet."""

    typ: str | None
    """In lower case, without "application/" (RFC 7515 §4.1.9)."""
    alg: str
    claims: Mapping[str, Any]


def unverified_claims(unverified_jwt: str) -> Mapping[str, Any]:
    """To find whose key it has to be checked with. Raises BadJwtError."""
    return claims_in(_parts(unverified_jwt)[1])


def verify_signed(
    client: Client, unverified_jwt: str, algorithms: Collection[str] = ALGORITHMS
) -> SignedJwt:
    """Raises BadJwtError."""
    return verify_with(client.metadata.jwks, unverified_jwt, algorithms)


def verify_with(
    jwks: Mapping[str, Any] | None, unverified_jwt: str, algorithms: Collection[str] = ALGORITHMS
) -> SignedJwt:
    """By one of these keys, and no other. Raises BadJwtError."""
    header, payload, signature = _parts(unverified_jwt)
    named, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(named, str):
        raise BadJwtError("does not say how it is signed")
    alg = usual_name(named)
    if alg not in algorithms or alg not in ALGORITHMS:
        raise BadJwtError("is not signed in a way this client may use")
    signed, algorithm = (
        unverified_jwt.rpartition(".")[0].encode(),
        _JWS.get_algorithm_by_name(named),
    )
    for key in (jwks or {}).get("keys", ()):
        if key.get("kty") != _KEY_TYPES[alg] or usual_name(key.get("alg", alg)) != alg:
            continue
        if named == ED25519 and key.get("crv") != ED25519:
            continue
        if key.get("use", "sig") != "sig" or kid not in (None, key.get("kid", kid)):
            continue
        try:
            public_key = _public_key(alg, *(key.get(name) for name in _OF_A_KEY))
            is_signed = algorithm.verify(signed, public_key, signature)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if is_signed:
            return SignedJwt(_media_type(typ), alg, claims_in(payload))
    raise BadJwtError("is not signed by a key of this client's")


def check_type(signed: SignedJwt, *own: str) -> None:
    """One that says it is of another kind was made for something else (RFC 8725 §3.11). Raises
    BadJwtError."""
    if signed.typ not in (None, "jwt", *own):
        raise BadJwtError("is of another type")


def check_audience(claims: Mapping[str, Any], ours: Collection[str]) -> None:
    """One of ours and nobody else's, or it could be played on from one audience to another. Raises
    BadJwtError."""
    audience = claims.get("aud")
    values = [audience] if isinstance(audience, str) else audience
    if not isinstance(values, list) or not values:
        raise BadJwtError("is not for this issuer")
    if not all(isinstance(each, str) and each in ours for each in values):
        raise BadJwtError("is not for this issuer")


def check_times(claims: Mapping[str, Any], now: datetime, longest: timedelta) -> datetime:
    """When it ends, which has to be told, and not to be further away than `longest`. Raises
    BadJwtError."""
    expires = instant(claims, "exp")
    if expires is None or expires + SKEW <= now:
        raise BadJwtError("has expired or has no exp")
    if expires > now + longest + SKEW:
        raise BadJwtError("lives too long")
    for name in ("nbf", "iat"):
        begins = instant(claims, name)
        if begins is not None and begins > now + SKEW:
            raise BadJwtError("is from the future")
    return expires


def instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A NumericDate (RFC 7519 §2). Raises BadJwtError."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        raise BadJwtError(f"has a malformed {name}")
    return datetime.fromtimestamp(value, UTC)


def identifier(claims: Mapping[str, Any]) -> str:
    """Its jti, of a sane length. Raises BadJwtError."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise BadJwtError("needs a jti")
    return jti


def _parts(unverified_jwt: str) -> tuple[Mapping[str, Any], bytes, bytes]:
    """Header, payload and signature, of which nothing is believed yet."""
    if len(unverified_jwt) > MAX_LENGTH:
        raise BadJwtError("is too long")
    if not _COMPACT.match(unverified_jwt):
        raise BadJwtError("is malformed")
    header, payload, signature = map(_decoded, unverified_jwt.split("."))
    told = claims_in(header)
    if "crit" in told or "b64" in told:
        raise BadJwtError("demands what is not understood here")  # RFC 7515 §4.1.11, RFC 7797 §6
    return told, payload, signature


def _decoded(segment: str) -> bytes:
    """One way to write it, and no other (RFC 7515 §2): no padding, no bits left over. Raises
    BadJwtError."""
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error as cause:
        raise BadJwtError("is malformed") from cause
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != segment.encode():
        raise BadJwtError("is malformed")
    return raw


def claims_in(payload: bytes) -> Mapping[str, Any]:
    """JSON with whole characters only: half of one could be looked up and stored nowhere. Raises
    BadJwtError."""
    try:
        claims = msgspec.json.decode(payload)
    except (ValueError, RecursionError) as cause:
        raise BadJwtError("is malformed") from cause
    if not isinstance(claims, dict):
        raise BadJwtError("is malformed")
    return claims


@lru_cache(maxsize=1024)
def _public_key(alg: str, *members: str | None) -> Any:
    """Reading a key costs as much as a check with it; a client's keys change rarely."""
    jwk = {name: text for name, text in zip(_OF_A_KEY, members, strict=True) if text is not None}
    return jwt.PyJWK(jwk, alg).key


def _media_type(typ: object) -> str | None:
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None
