"""The order of checks on a counter's request, on one screen (CIBA Core 1.0 §7.1, §7.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.errors import (
    InvalidBindingMessage,
    InvalidRequest,
    InvalidToken,
    UnknownUserId,
)
from gateway.oidc.authorization.checks import parse_scope, parse_short
from gateway.oidc.link import is_local_id
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import verified_hint
from gateway.tenants.model import Client

LIFETIME = timedelta(minutes=5)
LONGEST = timedelta(minutes=10)
MAX_MESSAGE = 64
_HINTS = ("login_hint", "id_token_hint", "login_hint_token")
_SECONDS = re.compile(r"[1-9][0-9]{0,8}\Z")
# The syntax of RFC 6750 §2.1; 22 characters are the 128 bits that §7.1 asks for at least.
_TOKEN = re.compile(r"(?=.{22,1024}\Z)[A-Za-z0-9._~+/-]+=*\Z")
# One wording for nobody's and for somebody else's.
_UNKNOWN = "nobody is linked with this service under this hint"


@dataclass(frozen=True, slots=True)
class CounterRequest:
    """Checked, but for whom it is about."""

    scopes: tuple[str, ...]
    acr_values: tuple[str, ...]
    binding_message: str | None = field(repr=False)
    lifetime: timedelta
    client_notification_token: str | None = field(repr=False)
    """Where the service wants to be told."""


def check_counter_request(parameters: Mapping[str, str], client: Client) -> CounterRequest:
    """Raises the OAuthError of the first check that fails."""
    scopes = parse_scope(parameters, client.scope)
    check_one_hint(parameters)
    return CounterRequest(
        scopes=scopes,
        acr_values=tuple((parse_short(parameters, "acr_values") or "").split()),
        binding_message=parse_binding_message(parameters),
        lifetime=parse_requested_expiry(parameters),
        client_notification_token=parse_notification_token(parameters, client),
    )


def check_one_hint(parameters: Mapping[str, str]) -> None:
    if len([name for name in _HINTS if name in parameters]) != 1:
        raise InvalidRequest("exactly one of login_hint and id_token_hint is needed")
    if "login_hint_token" in parameters:
        raise InvalidRequest("login_hint_token is not supported; login_hint and id_token_hint are")


def parse_binding_message(parameters: Mapping[str, str]) -> str | None:
    message = parameters.get("binding_message")
    if message is None:
        return None
    if len(message) > MAX_MESSAGE or not message.isprintable() or message != message.strip():
        raise InvalidBindingMessage("binding_message must be up to 64 printable characters")
    return message


def parse_requested_expiry(parameters: Mapping[str, str]) -> timedelta:
    """What is wished for beyond the longest is not refused: the answer says what it got."""
    raw = parameters.get("requested_expiry")
    if raw is None:
        return LIFETIME
    if not _SECONDS.match(raw):
        raise InvalidRequest("requested_expiry must be a number of seconds")
    return min(timedelta(seconds=int(raw)), LONGEST)


def parse_notification_token(parameters: Mapping[str, str], client: Client) -> str | None:
    """Of a client that polls none is kept, whatever it sends."""
    if client.metadata.backchannel_token_delivery_mode != "ping":
        return None
    token = parameters.get("client_notification_token")
    if token is None:
        raise InvalidRequest("client_notification_token is missing")
    if not _TOKEN.match(token):
        raise InvalidRequest("client_notification_token must be a bearer token of 22 to 1024 ASCII")
    return token


async def resident_asked(
    provider: Provider, parameters: Mapping[str, str], client: Client, now: datetime
) -> str:
    """A service may ask whom it is linked with, and nobody else: what it learns is what it has
    linked itself. Whether they may come in, or ever look, it does not learn here. Raises
    UnknownUserId."""
    if "login_hint" in parameters:
        local_id, sub = parameters["login_hint"], None
    else:
        local_id, sub = await _hinted(provider, parameters["id_token_hint"], client, now)
    resident_id = None
    if is_local_id(local_id):
        resident_id = await provider.links.resident_of(client.client_id, local_id)
    if resident_id is None:
        raise UnknownUserId(_UNKNOWN)
    if sub not in (None, provider.subjects.sub(resident_id, client.sector_identifier)):
        raise UnknownUserId(_UNKNOWN)  # the local ID has become another resident's since
    return resident_id


async def _hinted(
    provider: Provider, unverified_hint: str, client: Client, now: datetime
) -> tuple[str, str]:
    """An ID token of ours to this client, which may have expired. A `sub` leads back to nobody: the
    local ID beside it does (scope link)."""
    try:
        claims = await verified_hint(provider, unverified_hint, now)
    except InvalidToken as cause:
        raise InvalidRequest("id_token_hint is not one of ours for this client") from cause
    if claims.get("aud") != client.client_id:
        raise InvalidRequest("id_token_hint is not one of ours for this client")
    return str(claims.get("local_id", "")), str(claims["sub"])
