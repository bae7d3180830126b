"""grant_type=refresh_token: every use rotates, a second use revokes the family.

RFC 6749 §6, RFC 9700 §4.14.2. A FAPI client keeps the one it has (FAPI 2.0 Security Profile
§5.3.2.1): who proves itself by a key needs no rotation, and loses nothing by a lost answer.
"""

import secrets

from gateway.errors import InvalidGrant, InvalidScope
from gateway.oidc import records
from gateway.oidc.codes import token_hash
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import granted_scopes
from gateway.oidc.tokens.grants.reuse import ReusedError, end_reused
from gateway.oidc.tokens.issue import TokenSet, issue_for_grant
from gateway.oidc.tokens.possession import check_refresh_bound
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import Target, names_target, target_of

_REFUSED = "the refresh token is unknown, used, revoked or expired"


async def refresh_token(provider: Provider, request: TokenRequest) -> TokenSet:
    presented = token_hash(request.required("refresh_token"))
    successor = None if request.client.is_fapi else secrets.token_urlsafe(32)
    target = await _target(provider, request, presented)
    grant, scopes = await _rotate(provider, request, presented, successor)
    return await issue_for_grant(provider, request, grant, scopes, successor, target)


async def _target(provider: Provider, request: TokenRequest, presented: str) -> Target | None:
    """Looked at before the token is used up, where it may be refused at all."""
    if not names_target(request):
        return None
    async with provider.records.reading() as connection:
        family = await records.grant_of_refresh_token(connection, presented)
    if family is None or family.client_id != request.client.client_id:
        raise InvalidGrant(_REFUSED)
    return await target_of(provider, request, family)


async def _rotate(
    provider: Provider, request: TokenRequest, presented: str, successor: str | None
) -> tuple[Grant, tuple[str, ...]]:
    """Use up the old one and write the new one in one transaction; without a successor the old one
    stays. Refusals are raised after it, so that a revocation is not rolled back with them."""
    caller, now = request.caller, request.now
    use = records.is_refresh_token_unused if successor is None else records.use_refresh_token
    async with provider.records.writing() as connection:
        family = await records.grant_of_refresh_token(connection, presented)
        if family is None or family.client_id != caller.client.client_id:
            raise InvalidGrant(_REFUSED)
        check_refresh_bound(family, request.confirmation)
        scopes = narrowed(family.scopes, request.form.get("scope"))
        grant = await records.find_grant(connection, family.grant_id, now)
        won = grant is not None and await use(connection, presented, now)
        if won and successor is not None:
            await records.add_refresh_token(connection, token_hash(successor), family, now)
        reused = grant is not None and not won
        if reused:
            # Somebody else has used it: which of the two is the thief cannot be told.
            await end_reused(
                provider, connection, caller, caller.client, family, "refresh_token", now
            )
    if not won:
        raise (ReusedError if reused else InvalidGrant)(_REFUSED)
    return family, scopes


def narrowed(granted: tuple[str, ...], scope: str | None) -> tuple[str, ...]:
    """RFC 6749 §6: fewer scopes may be asked for, never more."""
    if scope is None:
        return granted
    scopes = granted_scopes(scope, frozenset(granted))
    if set(scopes) != set(scope.split(" ")) or "openid" not in scopes:
        raise InvalidScope("scope is more than was granted")
    return scopes
