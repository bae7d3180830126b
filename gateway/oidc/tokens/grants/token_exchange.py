"""grant_type=token-exchange: for a token a service was called with, one to call the next service
with, on the same resident's behalf (RFC 8693).

What may flow is decided by the resident: each step needs their consent to that very data flow. The
caller is the actor; what it gets is never wider, never lasts longer, and ends with what it was
exchanged for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.consent.details import to_plain
from gateway.errors import InvalidRequest, InvalidScope, InvalidTarget, InvalidToken
from gateway.oidc.apis import callable_api
from gateway.oidc.codes import token_hash
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import SCOPES, still_allowed
from gateway.oidc.tokens.bearer import check_access_token
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.possession import token_type
from gateway.oidc.tokens.reference import (
    MAX_DEPTH,
    Reference,
    find_reference,
    keep_reference,
)
from gateway.oidc.tokens.request import TokenRequest
from gateway.oidc.tokens.target import LISTS, flows_in_force, narrowed_details, one_resource

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
_REFUSED = "subject_token is not a resident's access token that this client may exchange"


@dataclass(frozen=True, slots=True)
class Subject:
    """Proof: the token is a resident's, in force, and the caller's or for its API."""

    grant: Grant
    scopes: tuple[str, ...]
    expires_at: datetime
    actors: tuple[str, ...] = ()
    parent: str | None = None
    depth: int = 0


async def token_exchange(provider: Provider, request: TokenRequest) -> TokenSet:
    check_form(request)
    subject = await find_subject(provider, request, request.required("subject_token"))
    scopes = narrowed_scopes(request, subject)
    resource = one_resource(request.form, LISTS)
    if resource is None:
        raise InvalidTarget("resource is missing")
    try:
        reference = await _reference(provider, request, subject, scopes, resource)
    except InvalidTarget:
        await _log_refused(provider, request, subject, resource)
        raise
    done = _entry(provider, request, subject, Outcome.DONE, providers=reference.provider_id)
    await provider.audit.record(done)
    token = await keep_reference(provider, reference, request.now)
    return TokenSet(
        token,
        int((reference.expires_at - request.now).total_seconds()),
        scopes,
        token_type=token_type(request.confirmation),
        authorization_details=reference.authorization_details,
        issued_token_type=ACCESS_TOKEN_TYPE,
    )


def check_form(request: TokenRequest) -> None:
    """RFC 8693 §2.1. Who acts is who authenticates: no token says it better."""
    if request.required("subject_token_type") != ACCESS_TOKEN_TYPE:
        raise InvalidRequest("subject_token_type must be that of an access token")
    if request.form.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        raise InvalidRequest("requested_token_type must be that of an access token")
    if "actor_token" in request.form or "actor_token_type" in request.form:
        raise InvalidRequest("actor_token is not supported; the client that asks is the actor")


async def find_subject(provider: Provider, request: TokenRequest, unverified_token: str) -> Subject:
    """RFC 8693 §2.2.2: InvalidRequest for one that may not be exchanged."""
    caller, now = request.client, request.now
    found = await find_reference(provider, unverified_token, now)
    if found is not None:
        if caller.client_id not in (found.client.client_id, found.api.client_id):
            raise InvalidRequest(_REFUSED)
        known = found.reference
        if known.depth >= MAX_DEPTH:
            raise InvalidRequest("subject_token was exchanged too often")
        before = known.actors or (known.client_id,)
        actors = before if before[0] == caller.client_id else (caller.client_id, *before)
        parent, depth = token_hash(unverified_token), known.depth + 1
        return Subject(found.grant, found.scopes, known.expires_at, actors, parent, depth)
    try:
        own = await check_access_token(provider, unverified_token, now)
    except InvalidToken as cause:
        raise InvalidRequest(_REFUSED) from cause
    if own.grant is None or own.client.client_id != caller.client_id:
        raise InvalidRequest(_REFUSED)
    expires_at = datetime.fromtimestamp(own.claims["exp"], UTC)
    return Subject(own.grant, own.scopes, expires_at, (caller.client_id,))


def narrowed_scopes(request: TokenRequest, subject: Subject) -> tuple[str, ...]:
    """Those of the subject token that the caller may have too; fewer may be asked for."""
    allowed = still_allowed(subject.scopes, request.client.scope)
    if "scope" not in request.form:
        return allowed
    asked = set(request.form["scope"].split(" "))
    if not asked <= set(allowed):
        raise InvalidScope("scope is more than the subject_token has")
    return tuple(scope for scope in SCOPES if scope in asked)


async def _reference(
    provider: Provider,
    request: TokenRequest,
    subject: Subject,
    scopes: tuple[str, ...],
    resource: str,
) -> Reference:
    client, now = request.client, request.now
    api = await callable_api(provider, client, resource)
    flows = await flows_in_force(
        provider, client, subject.grant.resident_id, subject.grant.created_at, api, resource
    )
    longest = now + timedelta(seconds=provider.settings.oidc.access_token_seconds)
    return Reference(
        client_id=client.client_id,
        grant_id=subject.grant.grant_id,
        resource=resource,
        provider_id=api.client_id,
        scopes=scopes,
        authorization_details=to_plain(narrowed_details(request, flows)),
        confirmation=request.confirmation,
        issued_at=now,
        expires_at=min(longest, subject.expires_at),
        actors=subject.actors,
        parent=subject.parent,
        depth=subject.depth,
    )


async def _log_refused(
    provider: Provider, request: TokenRequest, subject: Subject, resource: str
) -> None:
    """A service that goes on to where the resident lets nothing flow."""
    refused = _entry(provider, request, subject, Outcome.REFUSED)
    # Each API apart. What is none of them is one: else every made-up address would be an entry.
    known = resource in request.client.metadata.allowed_resources
    await provider.protection.telling.tell(refused, resource if known else "")


def _entry(
    provider: Provider,
    request: TokenRequest,
    subject: Subject,
    outcome: Outcome,
    **detail: str,
) -> Entry:
    return Entry(
        request.now,
        LogKind.EVENT,
        "token.exchanged",
        outcome,
        request.caller.origin,
        tenant_id=request.client.tenant_id,
        client_id=request.client.client_id,
        resident=provider.audit.pseudonym(subject.grant.resident_id),
        detail={"actors": " ".join(subject.actors), **detail},
    )
