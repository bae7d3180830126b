"""The order of checks on an authorization request, on one screen.

Client and redirect URI were proven before (`response.prove_target`); from here on every refusal
goes back to the service.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import get_args

from gateway.errors import (
    InvalidRequest,
    InvalidScope,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from gateway.oidc.authorization.claims_parameter import parse_claims
from gateway.oidc.authorization.hints import Hints
from gateway.oidc.authorization.response import ResponseTarget
from gateway.oidc.authorization.response_modes import HYBRID, asked_mode, response_type_of
from gateway.oidc.model import AuthorizationRequest, GrantDetails, Prompt
from gateway.oidc.scopes import granted_scopes
from gateway.tenants.model import Client
from gateway.tenants.protocol import ResponseType

MAX_VALUE = 512
_SHA_256 = re.compile(r"[A-Za-z0-9_-]{43}\Z")
"""As base64url."""
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*\Z")
_SECONDS = re.compile(r"[0-9]{1,9}\Z")


def check_authorization_request(
    parameters: Mapping[str, str],
    target: ResponseTarget,
    hints: Hints,
    now: datetime,
    *,
    tells_verified: bool = False,
) -> AuthorizationRequest:
    """What may be stored and acted on. Raises the OAuthError of the first check that fails."""
    check_nothing_unsupported(parameters)
    response_type = parse_response_type(parameters, target.client)
    check_grant_type(target)
    check_response_mode(parameters, target)
    check_nonce(parameters, response_type)
    claims = parse_claims(parameters, target.client, tells_verified=tells_verified)
    wanted = target.client.metadata
    acr_values = tuple((parse_short(parameters, "acr_values") or "").split())
    return AuthorizationRequest(
        client_id=target.client.client_id,
        redirect_uri=target.redirect_uri,
        state=target.state,
        scopes=parse_scope(parameters, target.client.scope),
        code_challenge=parse_code_challenge(parameters),
        nonce=parse_short(parameters, "nonce"),
        prompts=parse_prompt(parameters),
        max_age=parse_max_age(parameters, wanted.default_max_age),
        acr_values=acr_values + claims.acr_values or wanted.default_acr_values,
        ui_locales=parse_short(parameters, "ui_locales"),
        hinted_sub=hints.hinted_sub,
        preferred_sub=hints.preferred_sub,
        received_at=now,
        dpop_jkt=parse_dpop_jkt(parameters),
        response_type=response_type,
        response_mode=parameters.get("response_mode"),
        essential_acr=claims.essential_acr,
        essential_sub=claims.essential_sub,
        details=None if claims.request is None else GrantDetails(claims=claims.request),
    )


def check_nothing_unsupported(parameters: Mapping[str, str]) -> None:
    if "registration" in parameters:
        raise RegistrationNotSupported("the registration parameter is not supported")


def parse_response_type(parameters: Mapping[str, str], client: Client) -> ResponseType:
    if "response_type" not in parameters:
        raise InvalidRequest("response_type is missing")
    response_type = response_type_of(parameters["response_type"])
    if response_type is None:
        raise UnsupportedResponseType("response_type must be code, or code id_token")
    if response_type not in client.metadata.response_types:
        raise UnauthorizedClient("this client may not use this response_type")
    return response_type


def check_grant_type(target: ResponseTarget) -> None:
    if "authorization_code" not in target.client.grant_types:
        raise UnauthorizedClient("this client may not use the authorization code grant")


def check_response_mode(parameters: Mapping[str, str], target: ResponseTarget) -> None:
    if asked_mode(target.client, target.redirect_uri, parameters) is None:
        raise InvalidRequest("response_mode is unknown, or not for this request")


def check_nonce(parameters: Mapping[str, str], response_type: ResponseType) -> None:
    # OpenID Connect Core §3.3.2.11: the ID token that comes back with the code is bound by it.
    if response_type == HYBRID and "nonce" not in parameters:
        raise InvalidRequest("nonce is missing")


def parse_scope(parameters: Mapping[str, str], allowed: frozenset[str]) -> tuple[str, ...]:
    scope = parameters.get("scope")
    if scope is None or not _SCOPE.match(scope):
        raise InvalidScope("scope is missing or malformed")
    granted = granted_scopes(scope, allowed)
    if "openid" not in granted:
        raise InvalidScope("scope must contain openid")
    return granted


def parse_code_challenge(parameters: Mapping[str, str]) -> str:
    # RFC 7636 §4.3 and RFC 9700 §2.1.1: S256, for every client; "plain" is the default of the
    # RFC, so the method must be named.
    challenge = parameters.get("code_challenge")
    if challenge is None:
        raise InvalidRequest("code_challenge is missing")
    if parameters.get("code_challenge_method") != "S256":
        raise InvalidRequest("code_challenge_method must be S256")
    if not _SHA_256.match(challenge):
        raise InvalidRequest("code_challenge is malformed")
    return challenge


def parse_dpop_jkt(parameters: Mapping[str, str]) -> str | None:
    # RFC 9449 §10
    jkt = parameters.get("dpop_jkt")
    if jkt is not None and not _SHA_256.match(jkt):
        raise InvalidRequest("dpop_jkt is malformed")
    return jkt


def parse_prompt(parameters: Mapping[str, str]) -> frozenset[Prompt]:
    # OpenID Connect Core §3.1.2.1
    prompts = frozenset(parameters.get("prompt", "").split())
    known = frozenset(get_args(Prompt))
    if not prompts <= known:
        raise InvalidRequest("prompt has an unknown value")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequest("prompt none stands alone")
    return frozenset(value for value in get_args(Prompt) if value in prompts)


def parse_max_age(parameters: Mapping[str, str], default: int | None) -> int | None:
    raw = parameters.get("max_age")
    if raw is None:
        return default
    if not _SECONDS.match(raw):
        raise InvalidRequest("max_age must be a number of seconds")
    return int(raw)


def parse_short(parameters: Mapping[str, str], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and len(value) > MAX_VALUE:
        raise InvalidRequest(f"{name} is too long")
    return value
