"""grant_type=refresh_token: every use rotates, a second use revokes the family.

RFC 6749 §6, RFC 9700 §4.14.2.
"""

import secrets

from gateway.errors import InvalidGrant, InvalidScope
from gateway.oidc import records
from gateway.oidc.codes import token_hash
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import granted_scopes
from gateway.oidc.tokens.grants.reuse import end_reused
from gateway.oidc.tokens.issue import TokenSet, issue_for_grant
from gateway.oidc.tokens.request import TokenRequest

_REFUSED = "the refresh token is unknown, used, revoked or expired"


async def refresh_token(provider: Provider, request: TokenRequest) -> TokenSet:
    presented = token_hash(request.required("refresh_token"))
    successor = secrets.token_urlsafe(32)
    grant, scopes = await _rotate(provider, request, presented, successor)
    return await issue_for_grant(provider, request, grant, scopes, successor)


async def _rotate(
    provider: Provider, request: TokenRequest, presented: str, successor: str
) -> tuple[Grant, tuple[str, ...]]:
    """Use up the old one and write the new one in one transaction. Refusals are raised after it,
    so that a revocation is not rolled back with them."""
    caller, now = request.caller, request.now
    async with provider.records.writing() as connection:
        family = await records.grant_of_refresh_token(connection, presented)
        if family is None or family.client_id != caller.client.client_id:
            raise InvalidGrant(_REFUSED)
        scopes = narrowed(family.scopes, request.form.get("scope"))
        grant = await records.find_grant(connection, family.grant_id, now)
        won = grant is not None and await records.use_refresh_token(connection, presented, now)
        if won:
            await records.add_refresh_token(connection, token_hash(successor), family, now)
        elif grant is not None:
            # Somebody else has used it: which of the two is the thief cannot be told.
            await end_reused(
                provider, connection, caller, caller.client, family, "refresh_token", now
            )
    if not won:
        raise InvalidGrant(_REFUSED)
    return family, scopes


def narrowed(granted: tuple[str, ...], scope: str | None) -> tuple[str, ...]:
    """RFC 6749 §6: fewer scopes may be asked for, never more."""
    if scope is None:
        return granted
    scopes = granted_scopes(scope, frozenset(granted))
    if set(scopes) != set(scope.split(" ")) or "openid" not in scopes:
        raise InvalidScope("scope is more than was granted")
    return scopes
