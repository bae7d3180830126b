"""A family of tokens begins: its grant, its first refresh token and its entry, in one
transaction."""

import secrets

from gateway.errors import InvalidGrant
from gateway.oidc import codes, records
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.authorization_code import may_refresh, signed_in
from gateway.oidc.tokens.issue import TokenSet, issue_for_grant
from gateway.oidc.tokens.possession import bound_refresh
from gateway.oidc.tokens.request import TokenRequest


async def begin_family(
    provider: Provider, request: TokenRequest, grant: Grant, refused: str
) -> TokenSet:
    """Raises InvalidGrant for a grant that has ended meanwhile, and for a resident who may no
    longer come in."""
    caller, now = request.caller, request.now
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
    return await issue_for_grant(provider, request, grant, grant.scopes, refresh_token)
