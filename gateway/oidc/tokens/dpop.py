"""Whoever sends this request has the private key of this public one (RFC 9449)."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.requests import Request

from gateway.audit.origins import UNKNOWN, origin_of
from gateway.errors import InvalidDpopProof, UseDpopNonce
from gateway.oidc.clients.refused import log_refused_client
from gateway.oidc.clients.signed_jwt import SKEW, BadJwtError, claims_in, identifier, instant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.dpop_key import BadProofHeaderError, ProofKey, read_proof_key
from gateway.oidc.tokens.dpop_nonce import current_nonce, is_good_nonce
from gateway.tenants.model import Client
from gateway.web.arrival import tell_along

HEADER = "dpop"
LIFETIME = timedelta(minutes=1)
MAX_LENGTH = 8_192
_KIND = "dpop-proof"
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")
_IMPLIED_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Proof:
    """Signed by the key it brought, for this very request, in time. Whether it came before is not
    looked up yet."""

    jkt: str
    jti: str = field(repr=False)
    issued_at: datetime
    has_nonce: bool


async def proven_key(
    provider: Provider, http: Request, now: datetime, client: Client | None = None
) -> str | None:
    """The thumbprint of the key this request proves; None where it brings no proof. The `client`,
    once it has proven itself, has to bring a nonce if its tokens are always bound. Raises
    InvalidDpopProof or UseDpopNonce."""
    if HEADER not in http.headers:
        return None
    return await prove(provider, http, now, client, None)


async def prove(
    provider: Provider,
    http: Request,
    now: datetime,
    client: Client | None,
    access_token: str | None,
) -> str:
    """The thumbprint of the proven key. `access_token`: the one that is used with this request.
    Raises InvalidDpopProof or UseDpopNonce."""
    tell_along(http, "DPoP-Nonce", current_nonce(provider.keyed_hash, now))
    try:
        proof = check_proof(provider, http, now, access_token)
        if client is not None and client.metadata.dpop_bound_access_tokens and not proof.has_nonce:
            # RFC 9449 §11.2: a proof made in advance would be as good as the key.
            raise UseDpopNonce("the DPoP proof needs the nonce of the DPoP-Nonce header")
        await spend(provider, proof, now)
    except InvalidDpopProof as refusal:
        await log_refused_client(provider, origin_of(http, UNKNOWN), client, refusal, now)
        raise
    return proof.jkt


async def spend(provider: Provider, proof: Proof, now: datetime) -> None:
    """Remembered for as long as it could be good. Raises InvalidDpopProof."""
    key = provider.keyed_hash.hash(_KIND, proof.jkt, proof.jti)
    left = proof.issued_at + LIFETIME + 2 * SKEW - now
    if not await provider.moments.claim(_KIND, key, left):
        raise InvalidDpopProof("the DPoP proof was used before")


def check_proof(
    provider: Provider, http: Request, now: datetime, access_token: str | None
) -> Proof:
    """The checks of RFC 9449 §4.3, in its order. Raises InvalidDpopProof or UseDpopNonce."""
    try:
        key, claims = signed_claims(one_header(http))
        if claims.get("htm") != http.method:
            raise BadJwtError("is for another method")
        if not is_same_uri(claims.get("htu"), provider.issuer + http.scope["path"]):
            raise BadJwtError("is for another address")
        if "nonce" in claims and not is_good_nonce(provider.keyed_hash, claims["nonce"], now):
            raise UseDpopNonce("the nonce of the DPoP proof is not, or no longer, ours")
        issued_at = check_age(claims, now)
        if access_token is not None and claims.get("ath") != ath(access_token):
            raise BadJwtError("is for another access token")
        return Proof(key.jkt, identifier(claims), issued_at, "nonce" in claims)
    except (BadJwtError, BadProofHeaderError) as cause:
        raise InvalidDpopProof(f"the DPoP proof {cause}") from cause


def one_header(http: Request) -> str:
    """Raises BadJwtError."""
    values = http.headers.getlist(HEADER)
    if len(values) != 1:
        raise BadJwtError("has to come exactly once")
    return values[0]


def signed_claims(unverified_proof: str) -> tuple[ProofKey, Mapping[str, Any]]:
    """Raises BadJwtError or BadProofHeaderError."""
    parts = _COMPACT.match(unverified_proof) if len(unverified_proof) <= MAX_LENGTH else None
    if parts is None:
        raise BadJwtError("is no compact JWS, or too long")
    header, payload, signature = parts.groups()
    key = read_proof_key(header)
    try:
        is_signed = key.has_signed(f"{header}.{payload}".encode("ascii"), _decoded(signature))
        told = _decoded(payload)
    except ValueError as cause:
        raise BadJwtError("is malformed") from cause
    if not is_signed:
        raise BadJwtError("is not signed by the key it brings")
    return key, claims_in(told)


def check_age(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When it was made. `exp` and `nbf` are not asked for, and honoured. Raises BadJwtError."""
    issued_at = instant(claims, "iat")
    if issued_at is None or issued_at + LIFETIME + SKEW <= now:
        raise BadJwtError("is too old or has no iat")
    begins, ends = instant(claims, "nbf") or issued_at, instant(claims, "exp")
    if max(issued_at, begins) > now + SKEW:
        raise BadJwtError("is from the future")
    if ends is not None and ends + SKEW <= now:
        raise BadJwtError("has expired")
    return issued_at


def is_same_uri(unverified_htu: object, ours: str) -> bool:
    """Without query and fragment, and after RFC 3986 §6.2.2 and §6.2.3. `ours` begins with the
    issuer: what a Host header says has no part in it."""
    if not isinstance(unverified_htu, str):
        return False
    if unverified_htu == ours:
        return True
    try:
        return _normal(unverified_htu) == _normal(ours)
    except ValueError:
        return False


def ath(access_token: str) -> str:
    """RFC 9449 §4.2."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _normal(uri: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(uri)
    if "@" in parts.netloc or "%2f" in parts.path.lower():
        raise ValueError(uri)
    port = parts.port or _IMPLIED_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, unquote(parts.path, errors="strict") or "/"


def _decoded(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
