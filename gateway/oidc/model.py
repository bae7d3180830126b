"""What the provider remembers between two requests, and how it is written down."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

Prompt = Literal["none", "login", "consent", "select_account"]


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


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """What an authorization code stands for (moment "code", kept under the code's hash)."""

    grant: Grant
    redirect_uri: str
    code_challenge: str = field(repr=False)


def encode(value: AuthorizationRequest | IssuedCode) -> bytes:
    return msgspec.json.encode(value)


def decode_request(raw: bytes) -> AuthorizationRequest:
    return msgspec.json.decode(raw, type=AuthorizationRequest)


def decode_code(raw: bytes) -> IssuedCode:
    return msgspec.json.decode(raw, type=IssuedCode)
