"""A family of tokens begins: its grant, its first refresh token and its entry, in one
transaction."""

import secrets
from datetime import datetime

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import InvalidGrant
from gateway.oidc import codes, records
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import TokenSet, issue_for_grant
from gateway.oidc.tokens.possession import bound_refresh
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import target_of


async def begin_family(
    provider: Provider, request: TokenRequest, grant: Grant, refused: str
) -> TokenSet:
    """By whoever redeemed what the resident agreed to. Raises InvalidGrant for a grant that has
    ended meanwhile, and for a resident who may no longer come in."""
    caller, now = request.caller, request.now
    target = await target_of(provider, request, grant)
    grant = bound_refresh(grant, caller, request.confirmation)
    refresh_token = None
    async with provider.records.writing() as connection:
        if not await records.add_grant(connection, grant):
            raise InvalidGrant(refused)
        if may_refresh(grant.scopes, caller):
            refresh_token = secrets.token_urlsafe(32)
            hashed = codes.token_hash(refresh_token)
            await records.add_refresh_token(connection, hashed, grant, now)
        await provider.audit.write(connection, signed_in(provider, caller, grant, now))
    return await issue_for_grant(provider, request, grant, grant.scopes, refresh_token, target)


def signed_in(
    provider: Provider, caller: AuthenticatedClient, grant: Grant, now: datetime
) -> Entry:
    """The resident is signed in at the service from here on."""
    return Entry(
        now,
        LogKind.AUTHENTICATION,
        "service.signed_in",
        Outcome.DONE,
        caller.origin,
        tenant_id=caller.client.tenant_id,
        client_id=caller.client.client_id,
        resident=provider.audit.pseudonym(grant.resident_id),
        detail={"level": grant.acr, "scopes": " ".join(grant.scopes)},
    )


def may_refresh(scopes: tuple[str, ...], caller: AuthenticatedClient) -> bool:
    return "offline_access" in scopes and "refresh_token" in caller.client.grant_types
