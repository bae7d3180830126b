"""What a service is told of a resident: by its scopes, and by the names of claims it asked for
(OpenID Connect Core §5.4, §5.5). Whoever asked for none by name pays nothing for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.oidc.claims import ATTRIBUTES_CHANGED, MAY_CHANGE
from gateway.oidc.known import Known, UnknownResidentError, known_of
from gateway.oidc.model import VERIFIED_CLAIMS, Grant
from gateway.oidc.provider import Provider
from gateway.oidc.requested import chosen, names_in
from gateway.oidc.scopes import SCOPE_OF_CLAIM, claims_allowed
from gateway.oidc.verified.claims import verified_claims
from gateway.oidc.verified.verification import verification
from gateway.tenants.model import Client


async def told_at_userinfo(
    provider: Provider, client: Client, grant: Grant, scopes: tuple[str, ...], now: datetime
) -> dict[str, object]:
    """Raises UnknownResidentError."""
    asked = None if grant.details is None else grant.details.claims
    if asked is None or not asked.userinfo:
        return (await known_of(provider, client, grant.resident_id, scopes)).claims
    return await _told(provider, client, grant.resident_id, scopes, asked.userinfo, now)


async def told_in_id_token(
    provider: Provider, client: Client, grant: Grant, now: datetime
) -> dict[str, object]:
    """What was asked for there by its name; scopes are for /userinfo (§5.4)."""
    asked = None if grant.details is None else grant.details.claims
    if asked is None or not asked.id_token:
        return {}
    try:
        return await _told(provider, client, grant.resident_id, (), asked.id_token, now)
    except UnknownResidentError:
        return {}


async def _told(
    provider: Provider,
    client: Client,
    resident_id: str,
    scopes: tuple[str, ...],
    asked: Mapping[str, Any],
    now: datetime,
) -> dict[str, object]:
    allowed = claims_allowed(client)
    named = names_in(asked) & allowed
    needed = {*scopes, *(SCOPE_OF_CLAIM[claim] for claim in named)}
    known = await known_of(
        provider, client, resident_id, needed, with_proofing=VERIFIED_CLAIMS in asked
    )
    told = {
        claim: value for claim, value in known.claims.items() if SCOPE_OF_CLAIM.get(claim) in scopes
    }
    told |= chosen(asked, known.claims, allowed)
    may_change = {claim for claim in MAY_CHANGE & allowed if SCOPE_OF_CLAIM[claim] in scopes}
    if ATTRIBUTES_CHANGED in known.claims and (may_change or MAY_CHANGE & allowed & asked.keys()):
        told[ATTRIBUTES_CHANGED] = True
    if VERIFIED_CLAIMS in asked:
        told |= _verified(provider, known, asked[VERIFIED_CLAIMS], allowed, now)
    return told


def _verified(
    provider: Provider, known: Known, asked: Any, allowed: frozenset[str], now: datetime
) -> dict[str, object]:
    """Nothing where the municipality has no trust framework, or it is not known how it was
    verified."""
    if not provider.tells_verified or known.proofing is None:
        return {}
    element = verification(provider.settings.oidc, known.proofing)
    told = verified_claims(asked, element, known.claims, allowed, now)
    return {} if told is None else {VERIFIED_CLAIMS: told}
