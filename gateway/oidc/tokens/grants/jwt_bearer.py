"""grant_type=jwt-bearer: a service's backend asks for a token for a resident who is not there
(RFC 7523 §2.1).

Its signature says whom it means, under the service's own local ID. It opens nothing new: the
resident gave this very service offline access at a sign-in, that has not ended, and they agree to
it still. There is no refresh token and no ID token: nobody signed in.
"""

from dataclasses import replace
from datetime import timedelta

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import InvalidGrant
from gateway.oidc import records
from gateway.oidc.authorization.agreement import to_be_agreed
from gateway.oidc.clients.signed_jwt import (
    ALGORITHMS,
    SKEW,
    BadJwtError,
    check_audience,
    check_times,
    identifier,
    verify_signed,
)
from gateway.oidc.link import is_local_id
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import NEED_CONSENT, still_allowed
from gateway.oidc.tokens.grants.refresh_token import narrowed
from gateway.oidc.tokens.issue import TokenSet, claims_of_grant, issue_access_token
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import target_of
from gateway.tenants.protocol import FAPI_ALGORITHMS

KIND = "jwt-bearer"
LIFETIME = timedelta(minutes=5)
# One wording for nobody, somebody without offline access and somebody who ended it.
_REFUSED = "assertion names nobody who gave this client offline access"


async def jwt_bearer(provider: Provider, request: TokenRequest) -> TokenSet:
    local_id = await check_assertion(provider, request, request.required("assertion"))
    grant = await _offline_grant(provider, request, local_id)
    scopes = await _agreed_scopes(provider, request, grant)
    target = await target_of(provider, request, grant)
    client, now = request.client, request.now
    await provider.audit.record(_entry(provider, request, grant, scopes))
    shared = await claims_of_grant(provider, client, grant, scopes, now)
    return await issue_access_token(provider, request, grant, scopes, shared, target)


async def check_assertion(
    provider: Provider, request: TokenRequest, unverified_assertion: str
) -> str:
    """Whom it names. Used once (RFC 7523 §3). Raises InvalidGrant."""
    client, now = request.client, request.now
    ours = (provider.issuer, f"{provider.issuer}/token")
    try:
        allowed = FAPI_ALGORITHMS if client.is_fapi else ALGORITHMS
        claims = verify_signed(client, unverified_assertion, allowed).claims
        if claims.get("iss") != client.client_id:
            raise BadJwtError("must have the client as iss")
        check_audience(claims, ours)
        expires = check_times(claims, now, LIFETIME)
        jti = identifier(claims)
        sub = claims.get("sub")
        if not isinstance(sub, str) or sub == client.client_id:
            raise BadJwtError("needs a resident as sub")
    except BadJwtError as cause:
        raise InvalidGrant(f"assertion {cause.why}") from cause
    key = provider.keyed_hash.hash(KIND, client.client_id, jti)
    if not await provider.moments.claim(KIND, key, expires - now + 2 * SKEW):
        raise InvalidGrant("assertion was used before")
    return sub


async def _offline_grant(provider: Provider, request: TokenRequest, local_id: str) -> Grant:
    client_id = request.client.client_id
    resident_id = None
    if is_local_id(local_id):
        resident_id = await provider.links.resident_of(client_id, local_id)
    if resident_id is None:
        raise InvalidGrant(_REFUSED)
    async with provider.records.reading() as connection:
        known = await records.grants_in_force(connection, client_id, resident_id, request.now)
    for grant in known:
        if "offline_access" in grant.scopes:
            return grant
    raise InvalidGrant(_REFUSED)


async def _agreed_scopes(
    provider: Provider, request: TokenRequest, grant: Grant
) -> tuple[str, ...]:
    """What the resident agrees to still: nobody is here to be asked again."""
    client = request.client
    agreed = await provider.consents.given(
        client.client_id, grant.resident_id, since=grant.created_at
    )
    if agreed is None or "offline_access" not in agreed.scopes:
        raise InvalidGrant(_REFUSED)
    if not agreed.scopes.issuperset(to_be_agreed(replace(grant, scopes=()))):
        # A claim that was asked for by its name is told whatever the token's scopes are.
        raise InvalidGrant(_REFUSED)
    kept = tuple(
        scope for scope in grant.scopes if scope not in NEED_CONSENT or scope in agreed.scopes
    )
    return narrowed(still_allowed(kept, client.scope), request.form.get("scope"))


def _entry(
    provider: Provider, request: TokenRequest, grant: Grant, scopes: tuple[str, ...]
) -> Entry:
    return Entry(
        request.now,
        LogKind.EVENT,
        "token.asserted",
        Outcome.DONE,
        request.caller.origin,
        tenant_id=request.client.tenant_id,
        client_id=request.client.client_id,
        resident=provider.audit.pseudonym(grant.resident_id),
        detail={"scopes": " ".join(scopes)},
    )
