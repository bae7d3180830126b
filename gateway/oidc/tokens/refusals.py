"""Grants and tokens that are refused: what operators are told, and who has to wait for it.

A client that proved itself never waits: with a made-up code at a service's own callback anybody
brings it to ask here in vain, and could shut it out. The same is true of an access token that
somebody shows to an API. Both are noticed. A public client asks from where its user is, and waits.
"""

from datetime import datetime, timedelta

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.errors import OAuthError
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.request import TokenRequest
from gateway.protection.backoff import Backoff
from gateway.protection.failures import Rule
from gateway.tenants.model import Client

PUBLIC_GRANT = Rule("public_grant", Backoff(free=30, longest=timedelta(minutes=1)))
ACCESS_TOKEN = Rule("access_token", Backoff(free=50, longest=timedelta(minutes=1)), holds=False)
_ANYBODY = ""


def check_may_ask(provider: Provider, caller: AuthenticatedClient, now: datetime) -> None:
    """Raises TooManyRequests."""
    if caller.method == "none":
        address, client_id = caller.origin.address, caller.client.client_id
        provider.protection.check_may_try(PUBLIC_GRANT, client_id, address, now)


async def refused_grant(provider: Provider, request: TokenRequest, refusal: OAuthError) -> None:
    """A code, a refresh token, a device code or an assertion that is worth nothing."""
    caller, now = request.caller, request.now
    detail = {"what": request.form["grant_type"], "reason": refusal.description}
    refused = _entry(now, "grant.refused", caller.origin, caller.client, detail)
    await provider.protection.telling.tell(refused)
    if caller.method == "none":
        await provider.protection.failed(
            PUBLIC_GRANT,
            caller.client.client_id,
            caller.origin,
            now,
            client_id=caller.client.client_id,
            tenant_id=caller.client.tenant_id,
        )


async def refused_token(provider: Provider, origin: Origin, now: datetime) -> None:
    """An access token that is unknown, expired or revoked: a few are everyday."""
    await provider.protection.failed(ACCESS_TOKEN, _ANYBODY, origin, now)


async def foreign_token(
    provider: Provider, caller: AuthenticatedClient, reason: str, now: datetime
) -> None:
    """One of another client's, in the hands of this one; perhaps it was stolen."""
    detail = {"reason": reason}
    foreign = _entry(now, "token.refused", caller.origin, caller.client, detail)
    await provider.protection.telling.tell(foreign)


def _entry(
    now: datetime, deed: str, origin: Origin, client: Client, detail: dict[str, str]
) -> Entry:
    return Entry(
        now,
        LogKind.AUTHENTICATION,
        deed,
        Outcome.REFUSED,
        origin,
        tenant_id=client.tenant_id,
        client_id=client.client_id,
        detail=detail,
    )
