"""private_key_jwt: a client's signed statement that it is itself (RFC 7523 §3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from gateway.errors import InvalidClient
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "ES384", "PS256", "RS256", "EdDSA")
# Stock clients (Authlib) sign for an hour; the jti is remembered for as long.
LIFETIME = timedelta(hours=1)
SKEW = timedelta(seconds=30)
MAX_LENGTH = 8_192
_KEY_TYPES = {"ES256": "EC", "ES384": "EC", "PS256": "RSA", "RS256": "RSA", "EdDSA": "OKP"}


def assertion_issuer(unverified_assertion: str) -> str:
    """Whose assertion it claims to be, to find the key it has to be checked with."""
    claims = _decode(unverified_assertion, None, ALGORITHMS)
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise InvalidClient("client_assertion has no iss")
    return issuer


async def check_assertion(
    provider: Provider, client: Client, unverified_assertion: str, now: datetime
) -> None:
    claims = _verified_claims(client, unverified_assertion)
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("client_assertion must have the client as iss and sub")
    check_audience(claims.get("aud"), (provider.issuer, f"{provider.issuer}/token"))
    expires = check_times(claims, now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise InvalidClient("client_assertion needs a jti")
    key = provider.keyed_hash.hash("client-assertion", client.client_id, jti)
    if not await provider.moments.claim("client-assertion", key, expires - now + 2 * SKEW):
        raise InvalidClient("client_assertion was used before")


def check_audience(audience: object, ours: tuple[str, ...]) -> None:
    # RFC 7523 §3 with OpenID Connect Core §9: the token endpoint or the issuer, and nobody else,
    # or the assertion could be played on by one audience to another.
    values = [audience] if isinstance(audience, str) else audience
    if not isinstance(values, list) or not values or any(value not in ours for value in values):
        raise InvalidClient("client_assertion is not for this issuer")


def check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    expires = _instant(claims, "exp")
    if expires is None or expires + SKEW <= now:
        raise InvalidClient("client_assertion has expired or has no exp")
    if expires > now + LIFETIME + SKEW:
        raise InvalidClient("client_assertion lives too long")
    for name in ("nbf", "iat"):
        instant = _instant(claims, name)
        if instant is not None and instant > now + SKEW:
            raise InvalidClient("client_assertion is from the future")
    return expires


def _instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        raise InvalidClient(f"client_assertion has a malformed {name}")
    return datetime.fromtimestamp(value, UTC)


def _verified_claims(client: Client, unverified_assertion: str) -> dict[str, Any]:
    """Only a registered key may verify; a key, jku or x5u in the header is never looked at."""
    try:
        header = jwt.get_unverified_header(unverified_assertion)
    except jwt.PyJWTError as cause:
        raise InvalidClient("client_assertion is malformed") from cause
    algorithm, kid = header.get("alg"), header.get("kid")
    keys = (client.jwks or {}).get("keys", [])
    for key in keys:
        if (
            key.get("kty") != _KEY_TYPES.get(str(algorithm))
            or key.get("alg", algorithm) != algorithm
        ):
            continue
        if kid is not None and key.get("kid") not in (None, kid):
            continue
        try:
            return _decode(unverified_assertion, jwt.PyJWK(key, algorithm), (str(algorithm),))
        except InvalidClient:
            continue
    raise InvalidClient("client authentication failed")


def _decode(
    unverified_assertion: str, key: jwt.PyJWK | None, algorithms: tuple[str, ...]
) -> dict[str, Any]:
    if len(unverified_assertion) > MAX_LENGTH:
        raise InvalidClient("client_assertion is too long")
    # Times, audience and jti are checked here with our own clock; PyJWT checks the signature.
    options: dict[str, Any] = {
        "verify_signature": key is not None,
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
        "verify_jti": False,
    }
    try:
        return jwt.decode(
            unverified_assertion,
            key=key if key is not None else "",
            algorithms=list(algorithms),
            options=options,  # type: ignore[arg-type]
        )
    except (jwt.PyJWTError, ValueError) as cause:
        raise InvalidClient("client_assertion is malformed or not signed by this client") from cause
