"""An answer as a JWT for the one who asked: signed, and encrypted where that is registered."""

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from gateway.oidc.answer_encryption import encrypt_for
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client
from gateway.tenants.protocol import SigningAlg
from gateway.web.json import NO_STORE

USERINFO = "JWT"  # no type of its own is registered; without `exp` it is never an ID token
INTROSPECTION = "token-introspection+jwt"  # the media type of RFC 9701 §4
INTROSPECTION_ALG: SigningAlg = "RS256"
"""Where none is registered (RFC 9701 §6)."""
FAPI_INTROSPECTION_ALG: SigningAlg = "PS256"
"""There: the same key type (FAPI 2.0 Security Profile §5.4.1)."""


async def signed_userinfo(
    provider: Provider, client: Client, claims: Mapping[str, object], alg: SigningAlg, now: datetime
) -> Response:
    """OpenID Connect Core §5.3.2."""
    body = {"iss": provider.issuer, "aud": client.client_id, **claims}
    answer = await provider.keys.sign(body, alg=alg, typ=USERINFO, now=now)
    wanted = client.metadata
    if wanted.userinfo_encrypted_response_alg is not None:
        key_alg = wanted.userinfo_encrypted_response_alg
        answer = encrypt_for(client, answer, key_alg, wanted.userinfo_encrypted_response_enc)
    return Response(answer, headers=NO_STORE, media_type="application/jwt")


async def signed_introspection(
    provider: Provider, client: Client, found: Mapping[str, object], now: datetime
) -> Response:
    """RFC 9701 §5. `sub` and `exp` stand in the inner object only, so that nobody takes it for an
    access token (§8.1)."""
    wanted = client.metadata
    body = {
        "iss": provider.issuer,
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "token_introspection": found,
    }
    fallback = FAPI_INTROSPECTION_ALG if client.is_fapi else INTROSPECTION_ALG
    alg = wanted.introspection_signed_response_alg or fallback
    answer = await provider.keys.sign(body, alg=alg, typ=INTROSPECTION, now=now)
    if wanted.introspection_encrypted_response_alg is not None:
        key_alg = wanted.introspection_encrypted_response_alg
        answer = encrypt_for(client, answer, key_alg, wanted.introspection_encrypted_response_enc)
    return Response(answer, headers=NO_STORE, media_type=f"application/{INTROSPECTION}")


def prefers_signed(accept: str) -> bool:
    """Whether an introspection's Accept names the JWT, and no less gladly than JSON (RFC 9110
    §12.5.1). A wildcard names nothing: whoever does not know the JWT could not read it."""
    wanted: dict[str, float] = {}
    for unverified_range in accept.lower().split(","):
        media_type, *parameters = (part.strip() for part in unverified_range.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        wanted[media_type] = _quality(quality)
    signed = wanted.get(f"application/{INTROSPECTION}", 0.0)
    return signed > 0 and signed >= wanted.get("application/json", 0.0)


def _quality(text: str) -> float:
    """What is no number from 0 to 1 is no wish at all."""
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
