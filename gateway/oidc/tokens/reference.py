"""Access tokens for the APIs of services: random references, of which each side learns its half.

Nothing can be read from one. The service that calls and the service that is called ask what it
stands for (RFC 7662), and each is told of the resident under its own subject: the two cannot
compare residents by it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from gateway.consent.details import from_plain
from gateway.errors import InvalidTarget
from gateway.oidc import records
from gateway.oidc.apis import callable_api
from gateway.oidc.codes import token_hash
from gateway.oidc.model import Confirmation, Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import still_allowed
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import Api, flows_in_force
from gateway.tenants.model import Client

KIND = "reference-token"
MAX_DEPTH = 2
"""How often one may be exchanged for the next (RFC 8693): each step is a service further away."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a token stands for (the moment, under the token's hash)."""

    client_id: str
    """Who calls with it."""
    grant_id: str
    resource: str
    provider_id: str
    """Whose API that is: of another service that has the address later, it is worth nothing."""
    scopes: tuple[str, ...]
    authorization_details: tuple[Mapping[str, Any], ...]
    confirmation: Confirmation | None
    issued_at: datetime
    expires_at: datetime
    actors: tuple[str, ...] = ()
    """Who acts for the resident, and for whom before (RFC 8693 §4.1); the present one first."""
    parent: str | None = field(default=None, repr=False)
    """The hash of the reference it was exchanged for: it ends with it."""
    depth: int = 0
    """How many it rests on in this way."""


@dataclass(frozen=True, slots=True)
class ReferenceToken:
    """Proof: in time, not revoked, and all that it rests on still is so."""

    reference: Reference
    client: Client
    api: Client
    grant: Grant
    scopes: tuple[str, ...]


async def issue_reference(
    provider: Provider,
    request: TokenRequest,
    grant: Grant,
    scopes: tuple[str, ...],
    api: Api,
    authorization_details: tuple[Mapping[str, Any], ...],
) -> tuple[str, int]:
    """Of a grant of the caller's own, and for how many seconds."""
    now, lifetime = request.now, provider.settings.oidc.access_token_seconds
    reference = Reference(
        client_id=request.client.client_id,
        grant_id=grant.grant_id,
        resource=api.resource,
        provider_id=api.provider_id,
        scopes=scopes,
        authorization_details=authorization_details,
        confirmation=request.confirmation,
        issued_at=now,
        expires_at=now + timedelta(seconds=lifetime),
    )
    return await keep_reference(provider, reference, now), lifetime


async def keep_reference(provider: Provider, reference: Reference, now: datetime) -> str:
    """The token."""
    token = secrets.token_urlsafe(32)
    raw, lifetime = msgspec.json.encode(reference), reference.expires_at - now
    await provider.moments.put(KIND, token_hash(token), raw, lifetime)
    return token


async def find_reference(
    provider: Provider, unverified_token: str, now: datetime
) -> ReferenceToken | None:
    return await _find(provider, token_hash(unverified_token), now)


async def drop_reference(provider: Provider, client: Client, unverified_token: str) -> bool:
    """Ends it, and what was exchanged for it. False where it is none of this client's."""
    hashed = token_hash(unverified_token)
    raw = await provider.moments.get(KIND, hashed)
    if raw is None or msgspec.json.decode(raw, type=Reference).client_id != client.client_id:
        return False
    await provider.moments.drop(KIND, hashed)
    return True


async def _find(provider: Provider, hashed: str, now: datetime) -> ReferenceToken | None:
    raw = await provider.moments.get(KIND, hashed)
    if raw is None:
        return None
    reference = msgspec.json.decode(raw, type=Reference)
    if reference.expires_at <= now:
        return None
    parent = reference.parent
    if parent is not None and await _find(provider, parent, now) is None:
        return None
    async with provider.records.reading() as connection:
        grant = await records.find_grant(connection, reference.grant_id, now)
    client = await provider.clients.find(reference.client_id)
    if grant is None or client is None or not await _owner_is_there(provider, grant, client):
        return None
    api = await _api_still_agreed(provider, reference, client, grant)
    if api is None:
        return None
    return ReferenceToken(
        reference, client, api, grant, still_allowed(reference.scopes, client.scope)
    )


async def _owner_is_there(provider: Provider, grant: Grant, client: Client) -> bool:
    """Of a service that is stopped nothing goes on, in nobody's hands."""
    if grant.client_id == client.client_id:
        return True
    return await provider.clients.find(grant.client_id) is not None


async def _api_still_agreed(
    provider: Provider, reference: Reference, client: Client, grant: Grant
) -> Client | None:
    try:
        api = await callable_api(provider, client, reference.resource)
        if api.client_id != reference.provider_id:
            return None
        if api.client_id == client.client_id:
            return api
        flows = await flows_in_force(
            provider, client, grant.resident_id, grant.created_at, api, reference.resource
        )
    except InvalidTarget:
        return None
    told = from_plain(reference.authorization_details)
    agreed = all(any(flow.covers(one) for flow in flows) for one in told)
    return api if agreed else None
