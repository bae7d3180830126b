"""What the provider remembers between two requests, and how it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from gateway.tenants.protocol import ResponseType

Prompt = Literal["none", "login", "consent", "select_account"]


VERIFIED_CLAIMS = "verified_claims"


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """A checked `claims` parameter (OpenID Connect Core §5.5): what is to be told where. Claim →
    the values that will do, None where any will; `verified_claims` as it came, one or a list of
    them."""

    userinfo: Mapping[str, Any] = field(default_factory=dict)
    id_token: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The key a token is bound to (RFC 7800); its possession was proven when this was made."""

    jkt: str | None = None
    """Thumbprint of a DPoP key (RFC 9449 §6.1)."""
    x5t_s256: str | None = None
    """Thumbprint of a TLS client certificate (RFC 8705 §3.1)."""


@dataclass(frozen=True, slots=True)
class GrantDetails:
    """What a grant has besides its scopes; most have nothing."""

    claims: ClaimsRequest | None = None
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    """RFC 9396, as consented to."""
    resources: tuple[str, ...] = ()
    """RFC 8707: where its access tokens may be used, besides here."""
    confirmation: Confirmation | None = None
    """Of its refresh tokens."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked authorization request, waiting for sign-in and consent (moment "authorization")."""

    client_id: str
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    """What was asked for and the service may have, in the order of SCOPES."""
    code_challenge: str = field(repr=False)
    nonce: str | None = field(repr=False)
    prompts: frozenset[Prompt]
    max_age: int | None
    """Seconds."""
    acr_values: tuple[str, ...]
    ui_locales: str | None
    hinted_sub: str | None
    """The `sub` of a verified id_token_hint."""
    preferred_sub: str | None
    """The `sub` of the resident whose local ID came as login_hint."""
    received_at: datetime
    consent_asked: bool = False
    essential_acr: tuple[str, ...] = ()
    """One of these, or the request fails (OpenID Connect Core §5.5.1.1)."""
    essential_sub: tuple[str, ...] = ()
    """One of these residents, or nobody (OpenID Connect Core §5.5.1)."""
    details: GrantDetails | None = None
    dpop_jkt: str | None = None
    """The key that alone may redeem the code (RFC 9449 §10)."""
    response_type: ResponseType = "code"
    response_mode: str | None = None
    """As it was asked for; None: the response type's own."""
    pushed: str | None = field(default=None, repr=False)
    """Where it is kept, if it was pushed: one answer is given to it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a resident granted to a service at one sign-in: the head of a token family."""

    grant_id: str
    client_id: str
    resident_id: str
    scopes: tuple[str, ...]
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    nonce: str | None = field(repr=False)
    created_at: datetime
    expires_at: datetime
    session_id: str | None = field(default=None, repr=False)
    """The visit it was given in (`Session.visit_id`); None where there was no browser."""
    details: GrantDetails | None = None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """What an authorization code stands for (moment "code", kept under the code's hash)."""

    grant: Grant
    redirect_uri: str
    code_challenge: str = field(repr=False)
    dpop_jkt: str | None = None


def encode(value: AuthorizationRequest | IssuedCode) -> bytes:
    return msgspec.json.encode(value)


def decode_request(raw: bytes) -> AuthorizationRequest:
    return msgspec.json.decode(raw, type=AuthorizationRequest)


def decode_code(raw: bytes) -> IssuedCode:
    return msgspec.json.decode(raw, type=IssuedCode)
