"""What a grant is turned into: access token (RFC 9068), ID token (OpenID Connect Core §2)."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gateway.errors import InvalidRequest, InvalidToken
from gateway.oidc.answer_encryption import encrypt_for, is_encrypted
from gateway.oidc.disclosure import told_in_id_token
from gateway.oidc.known import link_claims
from gateway.oidc.logout.sid import sid_claim
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import still_allowed
from gateway.oidc.tokens.possession import cnf_claim, token_type
from gateway.oidc.tokens.reference import issue_reference
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import Target, target_of
from gateway.tenants.model import Client

ACCESS_TOKEN = "at+jwt"  # the media type of RFC 9068 §2.1
ID_TOKEN = "JWT"  # the media type of RFC 7519 §5.1
ACCESS_TOKEN_ALG = "ES256"


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The answer of the token endpoint (RFC 6749 §5.1)."""

    access_token: str = field(repr=False)
    expires_in: int
    scopes: tuple[str, ...]
    id_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    token_type: str = "Bearer"
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    """RFC 9396 §7."""
    issued_token_type: str | None = None
    """RFC 8693 §2.2.1."""

    def answer(self) -> dict[str, object]:
        body: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": self.token_type,
            "expires_in": self.expires_in,
            "scope": " ".join(self.scopes),
        }
        if self.id_token is not None:
            body["id_token"] = self.id_token
        if self.refresh_token is not None:
            body["refresh_token"] = self.refresh_token
        if self.authorization_details:
            body["authorization_details"] = self.authorization_details
        if self.issued_token_type is not None:
            body["issued_token_type"] = self.issued_token_type
        return body


async def issue_for_grant(
    provider: Provider,
    request: TokenRequest,
    grant: Grant,
    scopes: tuple[str, ...],
    refresh_token: str | None,
    target: Target | None = None,
) -> TokenSet:
    """`target` where it was found before. Raises what `target_of` does."""
    client, now = request.client, request.now
    scopes = still_allowed(scopes, client.scope)
    target = target or await target_of(provider, request, grant)
    shared = await claims_of_grant(provider, client, grant, scopes, now)
    tokens = await issue_access_token(provider, request, grant, scopes, shared, target)
    alg = client.id_token_signed_response_alg
    identity = shared | {
        "aud": client.client_id,
        "exp": seconds(now) + provider.settings.oidc.id_token_seconds,
        "at_hash": left_half(alg, tokens.access_token),
    }
    identity |= sid_claim(provider.keyed_hash, grant.session_id, client.client_id)
    if grant.nonce is not None:
        identity["nonce"] = grant.nonce
    identity |= await told_in_id_token(provider, client, grant, now)
    id_token = await sign_id_token(provider, client, identity, now)
    return replace(tokens, id_token=id_token, refresh_token=refresh_token)


async def claims_of_grant(
    provider: Provider, client: Client, grant: Grant, scopes: tuple[str, ...], now: datetime
) -> dict[str, object]:
    """What access token and ID token both say."""
    sub = provider.subjects.sub(grant.resident_id, client.sector_identifier)
    shared: dict[str, object] = {"iss": provider.issuer, "sub": sub, "iat": seconds(now)}
    shared |= await link_claims(provider, client, grant.resident_id, scopes)
    shared |= {"auth_time": seconds(grant.auth_time), "acr": grant.acr, "amr": list(grant.amr)}
    return shared


async def issue_access_token(
    provider: Provider,
    request: TokenRequest,
    grant: Grant,
    scopes: tuple[str, ...],
    shared: Mapping[str, object],
    target: Target,
) -> TokenSet:
    """Alone. For the API of a service it is a reference: the claims stay here."""
    details = target.authorization_details
    if target.api is not None:
        token, lifetime = await issue_reference(
            provider, request, grant, scopes, target.api, details
        )
    else:
        access = {**shared, "client_id": request.client.client_id, "grant_id": grant.grant_id}
        access |= cnf_claim(request.confirmation)
        if details:
            access["authorization_details"] = details
        token, lifetime = await _access_token(provider, access, scopes, request.now)
    return TokenSet(
        token,
        lifetime,
        scopes,
        token_type=token_type(request.confirmation),
        authorization_details=details,
    )


async def sign_id_token(
    provider: Provider, client: Client, claims: Mapping[str, object], now: datetime
) -> str:
    """In the way the client is registered for: signed, and encrypted where it wants that."""
    alg, wanted = client.id_token_signed_response_alg, client.metadata
    signed = await provider.keys.sign(claims, alg=alg, typ=ID_TOKEN, now=now)
    if wanted.id_token_encrypted_response_alg is None:
        return signed
    key_alg, enc = wanted.id_token_encrypted_response_alg, wanted.id_token_encrypted_response_enc
    return encrypt_for(client, signed, key_alg, enc)


async def issue_for_client(
    provider: Provider, request: TokenRequest, scopes: tuple[str, ...]
) -> TokenSet:
    """client_credentials: the client itself is the subject (RFC 9068 §2.2)."""
    client, now = request.client, request.now
    claims = {
        "iss": provider.issuer,
        "sub": client.client_id,
        "client_id": client.client_id,
        "iat": seconds(now),
        **cnf_claim(request.confirmation),
    }
    access_token, lifetime = await _access_token(provider, claims, scopes, now)
    return TokenSet(access_token, lifetime, scopes, token_type=token_type(request.confirmation))


async def _access_token(
    provider: Provider, claims: Mapping[str, object], scopes: tuple[str, ...], now: datetime
) -> tuple[str, int]:
    lifetime = provider.settings.oidc.access_token_seconds
    body = {
        **claims,
        "aud": provider.issuer,
        "exp": seconds(now) + lifetime,
        "jti": secrets.token_urlsafe(16),
        "scope": " ".join(scopes),
    }
    token = await provider.keys.sign(body, alg=ACCESS_TOKEN_ALG, typ=ACCESS_TOKEN, now=now)
    return token, lifetime


async def subject_of_hint(
    provider: Provider, unverified_hint: str, client_id: str, now: datetime
) -> str:
    """The `sub` of an ID token we issued to this client; it may have expired
    (OpenID Connect Core §3.1.2.1). Raises InvalidToken."""
    claims = await verified_hint(provider, unverified_hint, now)
    if claims.get("aud") != client_id:
        raise InvalidToken("id_token_hint is another client's")
    return str(claims["sub"])


async def verified_hint(provider: Provider, unverified_hint: str, now: datetime) -> dict[str, Any]:
    if is_encrypted(unverified_hint):
        raise InvalidRequest("id_token_hint is encrypted; send the signed one that was in it")
    claims = await provider.keys.verify(unverified_hint, typ=ID_TOKEN, now=now, allow_expired=True)
    if claims.get("iss") != provider.issuer:
        raise InvalidToken("id_token_hint is another issuer's")
    return claims


def left_half(alg: str, value: str) -> str:
    """at_hash and c_hash (OpenID Connect Core §3.1.3.6, §3.3.2.11), by the hash that the ID token's
    algorithm uses: Ed25519's is SHA-512 (RFC 8032 §5.1)."""
    digest = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(value.encode("ascii")).digest()
    half = digest[: len(digest) // 2]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode("ascii")


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())
