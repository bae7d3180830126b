"""Answers that go back through the browser, and the proof that they may.

Only `resolve_target` makes a `ResponseTarget`; nothing is redirected to without one
(RFC 9700 §4.1.1, §4.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from gateway.errors import InvalidRequest, OAuthError
from gateway.settings import LOOPBACK_HOSTS
from gateway.tenants.clients import Clients
from gateway.tenants.model import Client, ClientKind

MAX_STATE = 2_048


@dataclass(frozen=True, slots=True)
class ResponseTarget:
    """Proof: this redirect URI is registered for this client."""

    client: Client
    redirect_uri: str
    state: str | None = field(repr=False)


class AuthorizationError(Exception):
    """An error the service is told through the browser (RFC 6749 §4.1.2.1)."""

    def __init__(self, target: ResponseTarget, cause: OAuthError) -> None:
        super().__init__(cause.error)
        self.target = target
        self.cause = cause


async def resolve_target(parameters: Mapping[str, str], clients: Clients) -> ResponseTarget:
    """Raises InvalidRequest, which is a page, never a redirect."""
    client_id = parameters.get("client_id")
    if client_id is None:
        raise InvalidRequest("client_id is missing")
    client = await clients.find(client_id)
    if client is None or client.kind is not ClientKind.SERVICE:
        raise InvalidRequest("client_id is not known here")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None:
        raise InvalidRequest("redirect_uri is missing")
    if not any(is_same_target(redirect_uri, known) for known in client.redirect_uris):
        raise InvalidRequest("redirect_uri is not registered for this client_id")
    state = parameters.get("state")
    if state is not None and len(state) > MAX_STATE:
        raise InvalidRequest("state is too long")
    return ResponseTarget(client, redirect_uri, state)


def is_same_target(unverified_uri: str, registered: str) -> bool:
    """Exact string comparison (RFC 9700 §2.1); a native app's loopback address may differ in the
    port only (RFC 8252 §7.3)."""
    if unverified_uri == registered:
        return True
    ours = urlsplit(registered)
    if ours.scheme != "http" or ours.hostname not in LOOPBACK_HOSTS or "@" in unverified_uri:
        return False
    try:
        theirs = urlsplit(unverified_uri)
        port = theirs.port
    except ValueError:
        return False
    host = f"[{ours.hostname}]" if ":" in (ours.hostname or "") else ours.hostname
    netloc = host if port is None else f"{host}:{port}"
    rebuilt = registered.replace(ours.netloc, netloc or "", 1)
    return theirs.netloc == netloc and rebuilt == unverified_uri


def redirect_with(uri: str, parameters: Mapping[str, str | None]) -> Response:
    """303, so that a form's POST is never repeated at the service (RFC 9700 §4.12)."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    if query:
        uri = f"{uri}{'&' if '?' in uri else '?'}{query}"
    return RedirectResponse(
        uri, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


def answer(target: ResponseTarget, issuer: str, parameters: Mapping[str, str]) -> Response:
    """The authorization response, always with `iss` (RFC 9207)."""
    return redirect_with(target.redirect_uri, {**parameters, "state": target.state, "iss": issuer})


def error_answer(failure: AuthorizationError, issuer: str) -> Response:
    cause = failure.cause
    return answer(
        failure.target, issuer, {"error": cause.error, "error_description": cause.description}
    )
