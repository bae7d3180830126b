"""Authorization codes: what one stands for, and buying with it once (RFC 6749 §4.1.2)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from gateway.login.session import Session
from gateway.oidc.model import AuthorizationRequest, Grant, IssuedCode, encode
from gateway.settings import Oidc
from gateway.store.api import Moments, Redeemed, Replayed

KIND = "code"


async def issue(
    moments: Moments,
    settings: Oidc,
    request: AuthorizationRequest,
    session: Session,
    now: datetime,
    *,
    longest: timedelta = timedelta.max,
) -> str:
    """A fresh code for a request whose resident is signed in and has agreed. It lives as long as
    the settings say, and no longer than `longest`."""
    grant = Grant(
        grant_id=secrets.token_hex(16),
        client_id=request.client_id,
        resident_id=session.resident_id,
        scopes=request.scopes,
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        nonce=request.nonce,
        created_at=now,
        expires_at=now + family_lifetime(settings, request.scopes),
        session_id=session.visit_id,
        details=request.details,
    )
    code = secrets.token_urlsafe(32)
    issued = IssuedCode(grant, request.redirect_uri, request.code_challenge, request.dpop_jkt)
    lifetime = min(timedelta(seconds=settings.code_seconds), longest)
    await moments.put(KIND, token_hash(code), encode(issued), lifetime)
    return code


async def redeem(moments: Moments, settings: Oidc, code: str) -> Redeemed | Replayed | None:
    """A replay is recognised for as long as what the code bought may live."""
    memory = timedelta(seconds=max(settings.access_token_seconds, settings.code_seconds))
    return await moments.redeem(KIND, token_hash(code), memory)


def family_lifetime(settings: Oidc, scopes: tuple[str, ...]) -> timedelta:
    offline = "offline_access" in scopes
    seconds = settings.refresh_token_seconds if offline else settings.access_token_seconds
    return timedelta(seconds=seconds)


def token_hash(token: str) -> str:
    """Codes and refresh tokens are 256 random bits: a plain hash is enough to keep them apart from
    what is stored, and no slow one is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
