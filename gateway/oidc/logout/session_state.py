"""What a service's page can compare to see that the sign-in has changed (OpenID Connect Session
Management 1.0 §2). Only where the settings ask for it: scripts have to read the cookie, and other
sites' frames of ours have to get it. It says nothing of the session, and opens none."""

import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from gateway.login.session import Session
from gateway.oidc.provider import Provider

COOKIE = "genkan_browser_state"
_DEFAULT_PORTS = {"https": 443, "http": 80}


def session_state_for(
    provider: Provider, client_id: str, redirect_uri: str, session: Session
) -> Mapping[str, str]:
    """What an authorization response carries besides; nothing for a native app, which has no
    origin to ask from."""
    if not provider.settings.oidc.session_management:
        return {}
    origin = script_origin(redirect_uri)
    if origin is None:
        return {}
    salt = secrets.token_urlsafe(16)
    state = browser_state(provider, session)
    return {"session_state": session_state(client_id, origin, state, salt)}


def session_state(client_id: str, origin: str, state: str, salt: str) -> str:
    """`static/check_session.js` calculates the same."""
    digest = hashlib.sha256(f"{client_id} {origin} {state} {salt}".encode()).hexdigest()
    return f"{digest}.{salt}"


def browser_state(provider: Provider, session: Session) -> str:
    """For as long as this resident is signed in in this browser."""
    return provider.keyed_hash.hash("browser-state", session.visit_id)


def script_origin(uri: str) -> str | None:
    """As a browser writes it (RFC 6454 §6.2)."""
    parts = urlsplit(uri)
    if parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port in (None, _DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{parts.port}"


def remember_browser_state(provider: Provider, response: Response, session: Session) -> None:
    if provider.settings.oidc.session_management:
        secure = provider.settings.secure_cookies
        response.set_cookie(
            _name(secure),
            browser_state(provider, session),
            path="/",
            secure=secure,
            httponly=False,
            # Browsers take "none" over HTTPS only; on this machine all ports are one site.
            samesite="none" if secure else "lax",
        )


def forget_browser_state(provider: Provider, http: Request, response: Response) -> None:
    name = _name(provider.settings.secure_cookies)
    if provider.settings.oidc.session_management and name in http.cookies:
        secure = provider.settings.secure_cookies
        response.delete_cookie(name, path="/", secure=secure, samesite="none" if secure else "lax")


def _name(secure: bool) -> str:  # noqa: FBT001 - the one thing that decides it
    return f"__Host-{COOKIE}" if secure else COOKIE
