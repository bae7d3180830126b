"""Answers that go back through the browser, and the proof that they may.

Only `prove_target` makes a `ResponseTarget`; nothing is sent anywhere without one
(RFC 9700 §4.1.1, §4.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.errors import InvalidRequest, OAuthError
from gateway.oidc.authorization.jarm import signed_answer
from gateway.oidc.authorization.response_modes import (
    QUERY,
    ResponseMode,
    asked_mode,
    default_mode,
)
from gateway.oidc.provider import Provider
from gateway.settings import LOOPBACK_HOSTS
from gateway.tenants.clients import Clients
from gateway.tenants.model import Client, ClientKind

MAX_STATE = 2_048


@dataclass(frozen=True, slots=True)
class ResponseTarget:
    """Proof: this redirect URI is registered for this client, and may be answered in this mode."""

    client: Client
    redirect_uri: str
    state: str | None = field(repr=False)
    mode: ResponseMode = QUERY


class AuthorizationError(Exception):
    """An error the service is told through the browser (RFC 6749 §4.1.2.1)."""

    def __init__(self, target: ResponseTarget, cause: OAuthError) -> None:
        super().__init__(cause.error)
        self.target = target
        self.cause = cause


async def find_service(clients: Clients, client_id: str | None) -> Client:
    """Raises InvalidRequest, which is a page."""
    if client_id is None:
        raise InvalidRequest("client_id is missing")
    client = await clients.find(client_id)
    if client is None or client.kind is not ClientKind.SERVICE:
        raise InvalidRequest("client_id is not known here")
    return client


def prove_target(client: Client, parameters: Mapping[str, str]) -> ResponseTarget:
    """Raises InvalidRequest, which is a page, never a redirect. A mode that the request cannot have
    is no proof: the answer, which is an error then, comes in the default one."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None:
        raise InvalidRequest("redirect_uri is missing")
    if not any(is_same_target(redirect_uri, known) for known in client.redirect_uris):
        raise InvalidRequest("redirect_uri is not registered for this client_id")
    state = parameters.get("state")
    if state is not None and len(state) > MAX_STATE:
        raise InvalidRequest("state is too long")
    mode = asked_mode(client, redirect_uri, parameters) or default_mode(client, parameters)
    return ResponseTarget(client, redirect_uri, state, mode)


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


def web_origin(uri: str) -> str | None:
    """The origin a form may end at; a private-use scheme for a native app."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def redirect_with(
    uri: str, parameters: Mapping[str, str | None], *, in_fragment: bool = False
) -> Response:
    """303, so that a form's POST is never repeated at the service (RFC 9700 §4.12)."""
    told = urlencode({name: value for name, value in parameters.items() if value is not None})
    if told:
        uri = f"{uri}{'#' if in_fragment else '&' if '?' in uri else '?'}{told}"
    return RedirectResponse(
        uri, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


async def answer(
    provider: Provider,
    http: Request,
    target: ResponseTarget,
    parameters: Mapping[str, str],
    now: datetime,
) -> Response:
    """The authorization response in the proven mode, always with `iss` (RFC 9207; JARM §2.1)."""
    told = {**parameters} if target.state is None else {**parameters, "state": target.state}
    if target.mode.signed:
        told = {"response": await signed_answer(provider, target.client, told, now)}
    else:
        told["iss"] = provider.issuer
    if target.mode.carrier == "form_post":
        return _form_post(provider, http, target, told)
    in_fragment = target.mode.carrier == "fragment"
    return redirect_with(target.redirect_uri, told, in_fragment=in_fragment)


async def error_answer(
    provider: Provider, http: Request, failure: AuthorizationError, now: datetime
) -> Response:
    cause = failure.cause
    told = {"error": cause.error, "error_description": cause.description}
    return await answer(provider, http, failure.target, told, now)


def _form_post(
    provider: Provider, http: Request, target: ResponseTarget, told: Mapping[str, str]
) -> Response:
    origin = web_origin(target.redirect_uri)
    return provider.pages.render(
        http,
        "oidc/form_post.html",
        form_action=() if origin is None else (origin,),
        # The service may look who posts to it; the rest of the address is not for it.
        referrer_policy="strict-origin",
        action=target.redirect_uri,
        client=target.client,
        fields=told,
    )
