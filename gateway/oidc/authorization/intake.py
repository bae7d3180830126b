"""The one way in for authorization requests, and which parameters count: those that came as they
are, those in a signed object, or those that were pushed before (RFC 9101 §6.3, RFC 9126 §4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from starlette.requests import Request

from gateway.audit.origins import UNKNOWN, origin_of
from gateway.errors import (
    InvalidRequest,
    InvalidRequestObject,
    OAuthError,
    RequestUriNotSupported,
)
from gateway.oidc.authorization.checks import check_authorization_request
from gateway.oidc.authorization.delegation import with_delegation
from gateway.oidc.authorization.hints import read_hints
from gateway.oidc.authorization.request_object import open_request_object
from gateway.oidc.authorization.request_uris import PREFIX, find_pushed
from gateway.oidc.authorization.response import (
    AuthorizationError,
    ResponseTarget,
    find_service,
    prove_target,
)
from gateway.oidc.clients.refused import log_refused_client
from gateway.oidc.model import AuthorizationRequest
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client


async def read_request(
    provider: Provider, http: Request, outer: Mapping[str, str], now: datetime
) -> tuple[ResponseTarget, AuthorizationRequest]:
    """What came to /authorize, checked. Raises AuthorizationError, or an OAuthError where nobody
    was proven who could be told."""
    client = await find_service(provider.clients, outer.get("client_id"))
    if outer.get("request_uri", "").startswith(PREFIX):
        pushed = await find_pushed(provider, client, outer["request_uri"])
        # The resident comes only now: what was signed in before counts as before.
        return target_again(client, pushed), replace(pushed, received_at=now)
    try:
        check_need_not_push(client, outer)
        parameters = await counted_parameters(provider, http, client, outer, now)
    except OAuthError as cause:
        raise _told(client, outer, cause) from cause
    target = prove_target(client, parameters)
    try:
        return target, await checked(provider, target, parameters, now)
    except OAuthError as cause:
        raise AuthorizationError(target, cause) from cause


async def counted_parameters(
    provider: Provider, http: Request, client: Client, outer: Mapping[str, str], now: datetime
) -> Mapping[str, str]:
    """Raises InvalidRequestObject or InvalidRequest."""
    if "request" not in outer:
        if client.metadata.require_signed_request_object or client.signs_messages:
            raise InvalidRequest("this client has to send a signed request object")
        return outer
    try:
        return await open_request_object(provider, client, outer["request"], now)
    except InvalidRequestObject as refusal:
        await log_refused_client(provider, origin_of(http, UNKNOWN), client, refusal, now)
        raise


async def checked(
    provider: Provider, target: ResponseTarget, parameters: Mapping[str, str], now: datetime
) -> AuthorizationRequest:
    """The same for all ways. Raises the OAuthError of the first check that fails."""
    hints = await read_hints(provider, parameters, target.client, now)
    tells_verified = provider.tells_verified
    request = check_authorization_request(
        parameters, target, hints, now, tells_verified=tells_verified
    )
    return await with_delegation(provider, target.client, parameters, request)


def check_need_not_push(client: Client, outer: Mapping[str, str]) -> None:
    """Raises InvalidRequest or RequestUriNotSupported."""
    if client.metadata.require_pushed_authorization_requests or client.is_fapi:
        raise InvalidRequest("this client has to push its requests")  # RFC 9126 §4
    if "request_uri" in outer:
        raise RequestUriNotSupported("request_uri must be one of a pushed request")


def target_again(client: Client, request: AuthorizationRequest) -> ResponseTarget:
    """The registration may have changed since the request was stored: prove it anew."""
    parameters = {
        "redirect_uri": request.redirect_uri,
        "response_type": request.response_type,
        "state": request.state,
        "response_mode": request.response_mode,
    }
    return prove_target(client, {name: text for name, text in parameters.items() if text})


def _told(client: Client, outer: Mapping[str, str], cause: OAuthError) -> Exception:
    """To the address beside the request, where that is one of the client's; else on a page."""
    try:
        return AuthorizationError(prove_target(client, outer), cause)
    except InvalidRequest:
        return cause
