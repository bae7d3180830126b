"""What the device grant and CIBA have in common: a client asks again and again whether a resident
has answered (RFC 8628 §3.4 and §3.5, CIBA Core 1.0 §10.1 and §11)."""

from datetime import timedelta
from typing import Literal

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    OAuthError,
    SlowDown,
)
from gateway.oidc.devices import pace, waiting
from gateway.oidc.devices.model import Poll, Way, decode_answer
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.family import begin_family
from gateway.oidc.tokens.grants.reuse import ReusedError, end_reused
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.request import TokenRequest
from gateway.store.api import Replayed

Parameter = Literal["device_code", "auth_req_id"]
_WAY: dict[Parameter, Way] = {"device_code": "device", "auth_req_id": "counter"}
# One wording for unknown, used, forgotten and another client's.
_REFUSED = "what was polled with is unknown, used or another client's"


async def polled(provider: Provider, request: TokenRequest, parameter: Parameter) -> TokenSet:
    """The answer comes first, however soon it is fetched: to slow down is for who has none yet."""
    poll_key = waiting.poll_key_of(request.required(parameter))
    poll = await waiting.find_poll(provider.moments, poll_key)
    if poll is None or poll.way != _WAY[parameter] or poll.client_id != request.client.client_id:
        raise InvalidGrant(_REFUSED)
    taken = await waiting.redeem(provider.moments, provider.settings.oidc, poll_key)
    if taken is None:
        raise await _not_yet(provider, request, poll, poll_key)
    grant = decode_answer(taken.value).grant
    if grant is None:
        raise AccessDenied("the resident did not agree")
    if isinstance(taken, Replayed):
        await _end(provider, request, grant, parameter)
        raise ReusedError(_REFUSED)
    return await begin_family(provider, request, grant, _REFUSED)


async def _not_yet(
    provider: Provider, request: TokenRequest, poll: Poll, poll_key: str
) -> OAuthError:
    left = poll.expires_at - request.now
    if left.total_seconds() <= 0:
        await _log_expired(provider, request, poll, poll_key)
        return ExpiredToken("nobody answered in time")
    if await pace.is_too_soon(provider.moments, poll_key, left):
        return SlowDown("wait five seconds longer between two requests from now on")
    return AuthorizationPending("the resident has not answered yet")


async def _end(
    provider: Provider, request: TokenRequest, grant: Grant, parameter: Parameter
) -> None:
    """As with a code (RFC 6749 §4.1.2): who of the two is the thief cannot be told."""
    async with provider.records.writing() as connection:
        await end_reused(
            provider, connection, request.caller, request.client, grant, parameter, request.now
        )


async def _log_expired(
    provider: Provider, request: TokenRequest, poll: Poll, poll_key: str
) -> None:
    """Once, however often it is polled."""
    once = provider.settings.oidc.access_token_seconds + provider.settings.oidc.code_seconds
    if not await provider.moments.claim("expired-told", poll_key, timedelta(seconds=once)):
        return
    resident_id = poll.resident_id
    expired = Entry(
        request.now,
        LogKind.EVENT,
        "question.expired",
        Outcome.DONE,
        request.caller.origin,
        tenant_id=request.client.tenant_id,
        client_id=request.client.client_id,
        resident=None if resident_id is None else provider.audit.pseudonym(resident_id),
        detail={"way": poll.way},
    )
    await provider.audit.record(expired)
